//! `import` and `include`.

use std::path::{Path, PathBuf};

use crate::ast::Ast;
use crate::json;
use crate::lex::{Part, Token};
use crate::parse::{Before, Parsed, Parser};
use crate::scope::Entry;
use crate::value::Value;

/// Where modules lie.
pub struct Modules {
    pub paths: Vec<PathBuf>,
}

impl Modules {
    fn find(&self, name: &str, extra: Option<&str>, ending: &str) -> Option<PathBuf> {
        let last = name.rsplit('/').next().unwrap_or(name);
        let folders = extra.map(PathBuf::from).into_iter().chain(self.paths.iter().cloned());
        folders.flat_map(|folder| [folder.join(format!("{name}.{ending}")), folder.join(name).join(format!("{last}.{ending}"))]).find(|path| path.is_file())
    }
}

fn plain(parts: &[Part]) -> Option<&str> {
    match parts {
        [Part::Text(text)] => Some(text),
        _ => None,
    }
}

impl Parser<'_> {
    /// The directives a program begins with; what they define comes into scope and into `before`.
    pub fn imports(&mut self, before: &mut Vec<Before>) -> Parsed<()> {
        if self.eat_word("module") {
            self.term()?;
            self.expect(";")?;
        }
        loop {
            if self.eat_word("include") {
                let name = self.module_name()?;
                self.directive(&name, None, before)?;
            } else if self.eat_word("import") {
                let name = self.module_name()?;
                self.expect_word("as")?;
                let alias = self.take();
                self.directive(&name, Some(alias), before)?;
            } else {
                return Ok(());
            }
        }
    }

    fn module_name(&mut self) -> Parsed<String> {
        match self.take() {
            Token::Text(parts) => match plain(&parts) {
                Some(name) => Ok(name.to_string()),
                None => self.fault("Import path must be constant"),
            },
            _ => self.unexpected(),
        }
    }

    fn directive(&mut self, name: &str, alias: Option<Token>, before: &mut Vec<Before>) -> Parsed<()> {
        let mut search = None;
        if !self.is_op(";") {
            if let Ast::Object(fields) = self.term()? {
                search = fields.into_iter().find_map(|(key, value)| match (key, value) {
                    (Ast::Literal(Value::String(key)), Ast::Literal(Value::String(value))) if &*key == "search" => Some(value.to_string()),
                    _ => None,
                });
            }
        }
        self.expect(";")?;
        let data = matches!(alias, Some(Token::Variable(_)));
        let Some(path) = self.modules.find(name, search.as_deref(), if data { "json" } else { "jq" }) else {
            return Err(format!("module not found: {name}\n"));
        };
        match alias {
            Some(Token::Variable(alias)) => self.data(&path, alias, before),
            Some(Token::Name(alias)) => self.module(&path, Some(&alias), before),
            None => self.module(&path, None, before),
            Some(_) => self.unexpected(),
        }
    }

    /// A file of values, as the variables `$alias` and `$alias::alias`.
    fn data(&mut self, path: &Path, alias: String, before: &mut Vec<Before>) -> Parsed<()> {
        let text = std::fs::read(path).map_err(|error| format!("{}: {}", path.display(), cli::reason(&error)))?;
        let mut keys = json::Keys::default();
        let mut reader = json::Reader { text: &text, at: 0, whole: true, keys: &mut keys };
        let mut values = Vec::new();
        while let Some(value) = reader.next().map_err(|_| format!("{}: not JSON", path.display()))? {
            values.push(value);
        }
        let value = Value::from(values);
        for name in [format!("{alias}::{alias}"), alias] {
            self.scope.push(Entry::Variable(name));
            before.push(Before::Bind(value.clone()));
        }
        Ok(())
    }

    fn module(&mut self, path: &Path, alias: Option<&str>, before: &mut Vec<Before>) -> Parsed<()> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {}", path.display(), cli::reason(&error)))?;
        self.levels += 50;
        if self.levels > 400 {
            return self.fault("modules are nested too deeply");
        }
        let depth = self.scope.depth();
        let scope = std::mem::take(&mut self.scope);
        let mut inner = Parser::new(&text, scope, self.prelude, self.modules)?;
        inner.levels = self.levels;
        let mut own = Vec::new();
        inner.imports(&mut own)?;
        inner.definitions(&mut own)?;
        if *inner.peek() != Token::End {
            return inner.unexpected();
        }
        self.unknown.append(&mut inner.unknown);
        self.scope = std::mem::take(&mut inner.scope);
        if let Some(alias) = alias {
            self.scope.prefix(depth, alias);
        }
        before.append(&mut own);
        self.levels -= 50;
        Ok(())
    }
}
