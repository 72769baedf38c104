//! The search: each file through the matcher into the printer.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::time::Instant;

use cli::Output;
use grep_matcher::LineTerminator;
use grep_printer::{ColorSpecs, JSONBuilder, Standard, StandardBuilder, Stats, Summary, SummaryBuilder, SummaryKind, JSON};
use grep_searcher::{BinaryDetection, Encoding, MmapChoice, Searcher, SearcherBuilder};
use termcolor::{Ansi, NoColor, WriteColor};

use super::matcher::{self, AnyMatcher};
use super::options::{Mode, Options};
use super::walk::{self, Subject};
use super::{complain, report, Outcome};
use crate::messages::io_error;

type Sink = Box<dyn WriteColor>;

enum Printer {
    Standard(Standard<Sink>),
    Summary(Summary<Sink>),
    Json(JSON<Sink>),
}

pub fn run(options: &Options) -> Result<Outcome, String> {
    let started = Instant::now();
    let matcher = matcher::build(options)?;
    let outcome = RefCell::new(Outcome::default());
    if options.max_count == Some(0) {
        return Ok(outcome.into_inner());
    }
    let mut searcher = searcher(options)?;
    let mut printer = printer(options)?;
    let mut stats = (options.stats || options.mode == Mode::Json).then(Stats::new);
    for subject in walk::subjects(options, &outcome)? {
        searcher.set_binary_detection(binary_detection(options, &subject));
        match search(options, &matcher, &mut searcher, &mut printer, &subject, stats.as_mut()) {
            Ok(matched) => outcome.borrow_mut().matched |= matched,
            Err(error) => {
                let message = format!("{}: {}", subject.shown().display(), io_error(&error));
                complain(options, &mut outcome.borrow_mut(), &message);
            }
        }
        if options.quiet && stats.is_none() && outcome.borrow().matched {
            break;
        }
    }
    if let Some(stats) = &stats {
        let sink: &mut Sink = match &mut printer {
            Printer::Standard(printer) => printer.get_mut(),
            Printer::Summary(printer) => printer.get_mut(),
            Printer::Json(printer) => printer.get_mut(),
        };
        let text = if options.mode == Mode::Json { report::json(stats, started.elapsed()) } else { report::text(stats, started.elapsed()) };
        // The output ends the program when it cannot write.
        let _ = io::Write::write_all(sink, text.as_bytes());
    }
    drop(printer);
    Ok(outcome.into_inner())
}

fn searcher(options: &Options) -> Result<Searcher, String> {
    let terminator = match () {
        () if options.null_data => LineTerminator::byte(0),
        () if options.crlf => LineTerminator::crlf(),
        () => LineTerminator::byte(b'\n'),
    };
    let encoding = match &options.encoding {
        Some(name) if name == "none" => None,
        Some(name) => Some(Encoding::new(name).map_err(|error| error.to_string())?),
        None => None,
    };
    let context = !options.vimgrep && !options.passthru;
    Ok(SearcherBuilder::new()
        .line_terminator(terminator)
        .invert_match(options.invert)
        .line_number(options.line_number || options.mode == Mode::Json)
        .multi_line(options.multiline)
        .memory_map(MmapChoice::never())
        .before_context(if context { options.before } else { 0 })
        .after_context(if context { options.after } else { 0 })
        .passthru(options.passthru)
        .max_matches(options.max_count)
        .bom_sniffing(options.encoding.as_deref() != Some("none"))
        .encoding(encoding)
        .build())
}

/// A file that was named is searched to its end even when it is binary; others are left at the first NUL.
fn binary_detection(options: &Options, subject: &Subject) -> BinaryDetection {
    if options.text || options.null_data {
        BinaryDetection::none()
    } else if options.binary || subject.is_explicit() {
        BinaryDetection::convert(0)
    } else {
        BinaryDetection::quit(0)
    }
}

fn sink(options: &Options) -> Sink {
    let out = Output::new("rg", 2);
    if options.color { Box::new(Ansi::new(out)) } else { Box::new(NoColor::new(out)) }
}

fn printer(options: &Options) -> Result<Printer, String> {
    let mut specs = grep_printer::default_color_specs();
    for spec in &options.colors {
        specs.push(spec.parse().map_err(|error: grep_printer::ColorError| error.to_string())?);
    }
    let specs = ColorSpecs::new(&specs);
    let kind = match options.mode {
        Mode::Json if !options.quiet => return Ok(Printer::Json(JSONBuilder::new().replacement(options.replace.clone()).build(sink(options)))),
        _ if options.quiet => SummaryKind::QuietWithMatch,
        Mode::Count => SummaryKind::Count,
        Mode::CountMatches => SummaryKind::CountMatches,
        Mode::PathsWith => SummaryKind::PathWithMatch,
        Mode::PathsWithout => SummaryKind::PathWithoutMatch,
        _ => return Ok(Printer::Standard(standard(options, specs).build(sink(options)))),
    };
    let mut builder = SummaryBuilder::new();
    builder
        .kind(kind)
        .color_specs(specs)
        .stats(options.stats)
        .path(options.with_filename || matches!(kind, SummaryKind::PathWithMatch | SummaryKind::PathWithoutMatch))
        .exclude_zero(!options.include_zero)
        .separator_field(b":".to_vec())
        .separator_path(options.path_separator)
        .path_terminator(options.null.then_some(0));
    Ok(Printer::Summary(builder.build(sink(options))))
}

fn standard(options: &Options, specs: ColorSpecs) -> StandardBuilder {
    let mut builder = StandardBuilder::new();
    builder
        .color_specs(specs)
        .stats(options.stats)
        .heading(options.heading)
        .path(options.with_filename)
        .only_matching(options.only_matching)
        .per_match(options.vimgrep)
        .per_match_one_line(true)
        .replacement(options.replace.clone())
        .max_columns(options.max_columns)
        .max_columns_preview(options.max_columns_preview)
        .column(options.column)
        .byte_offset(options.byte_offset)
        .trim_ascii(options.trim)
        .separator_context(options.context_separator.clone())
        .separator_field_match(options.field_match_separator.clone())
        .separator_field_context(options.field_context_separator.clone())
        .separator_path(options.path_separator)
        .path_terminator(options.null.then_some(0));
    let context = options.before + options.after > 0 && !options.vimgrep && !options.passthru;
    if options.heading {
        builder.separator_search(Some(Vec::new()));
    } else if context {
        builder.separator_search(options.context_separator.clone());
    }
    builder
}

/// Searches one file; whether it matched.
fn search(options: &Options, matcher: &AnyMatcher, searcher: &mut Searcher, printer: &mut Printer, subject: &Subject, stats: Option<&mut Stats>) -> io::Result<bool> {
    let stdin = subject.is_stdin();
    let shown = if stdin { std::path::Path::new("<stdin>") } else { subject.shown() };
    macro_rules! through {
        ($sink:expr) => {
            if stdin {
                searcher.search_reader(matcher, io::stdin().lock(), $sink)?
            } else {
                searcher.search_file(matcher, &File::open(subject.path())?, $sink)?
            }
        };
    }
    match printer {
        Printer::Standard(printer) => {
            let mut sink = printer.sink_with_path(matcher, shown);
            through!(&mut sink);
            if let (Some(total), Some(stats)) = (stats, sink.stats()) {
                *total += stats;
            }
            Ok(sink.has_match())
        }
        Printer::Summary(printer) => {
            let mut sink = printer.sink_with_path(matcher, shown);
            through!(&mut sink);
            if let (Some(total), Some(stats)) = (stats, sink.stats()) {
                *total += stats;
            }
            Ok(match options.mode {
                Mode::PathsWithout => !sink.has_match(),
                _ => sink.has_match(),
            })
        }
        Printer::Json(printer) => {
            let mut sink = printer.sink_with_path(matcher, shown);
            through!(&mut sink);
            if let Some(total) = stats {
                *total += sink.stats();
            }
            Ok(sink.has_match())
        }
    }
}
