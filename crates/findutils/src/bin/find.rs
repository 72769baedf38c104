use shadowbox_rt as _;

fn main() {
    uucore::panic::mute_sigpipe_panic();
    let args = shadowbox_findutils::arguments("find");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let dependencies = findutils::find::StandardDependencies::new();
    std::process::exit(findutils::find::find_main(&args, &dependencies));
}
