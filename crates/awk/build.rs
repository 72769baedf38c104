//! Functions of awk programs call each other on the stack: in a module it is as big as they may need.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family.contains("wasm")) {
        println!("cargo:rustc-link-arg-bins=-zstack-size=16777216");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
