//! Names the build: a hash of everything that what the program writes depends on. A cache that another build wrote is not read.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the binary is made from.
const SOURCES: [&str; 5] = ["Cargo.lock", "Cargo.toml", "src", "templates", "themes"];

fn main() {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
        find(Path::new(source), &mut files);
    }
    files.sort();
    // Two hashes of different beginnings are 128 bits: enough, since nobody builds a binary in order to be mixed up with another.
    let id: String = [0_u8, 1]
        .map(|beginning| format!("{:016x}", hash(beginning, &files)))
        .concat();
    println!("cargo:rustc-env=POLICYGEN_BUILD={id}");
}

fn find(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        return files.push(path.to_owned());
    };
    for entry in entries.flatten() {
        find(&entry.path(), files);
    }
}

fn hash(beginning: u8, files: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    beginning.hash(&mut hasher);
    for file in files {
        (file, std::fs::read(file).unwrap_or_default()).hash(&mut hasher);
    }
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiler = Command::new(compiler).arg("-vV").output();
    compiler
        .map(|said| said.stdout)
        .unwrap_or_default()
        .hash(&mut hasher);
    for name in ["TARGET", "PROFILE", "OPT_LEVEL"] {
        std::env::var_os(name).hash(&mut hasher);
    }
    hasher.finish()
}
