use shadowbox_rt as _;

fn main() {
    let args = shadowbox_findutils::arguments("xargs");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    std::process::exit(findutils::xargs::xargs_main(&args));
}
