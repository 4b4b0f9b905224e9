//! The command line of policygen.

use std::process::ExitCode;

fn main() -> ExitCode {
    policygen::cli::run()
}
