//! Secrets: user names, passwords, addresses of webhooks. They come from the environment or a file and go nowhere but to the
//! server that they are for; no error tells more than where one was looked for.

use anyhow::{Context, Result, bail};

use crate::config::notices::Secret;

impl Secret {
    /// The secret, without the white space at its ends.
    ///
    /// # Errors
    ///
    /// It is not there, is empty, or is no text; the error names the variable or the file.
    pub fn read(&self) -> Result<String> {
        let (place, text) = match self {
            Secret::Variable(name) => (
                format!("the environment variable `{name}`"),
                // The error of std would tell the value where it is not UTF-8.
                std::env::var(name)
                    .ok()
                    .context("is not set, or is no text"),
            ),
            Secret::File(path) => (
                format!("`{}`", path.display()),
                std::fs::read_to_string(path).context("cannot be read"),
            ),
        };
        let text = text.with_context(|| format!("{place}: a secret is expected there"))?;
        let text = text.trim();
        if text.is_empty() {
            bail!("{place}: a secret is expected there, but it is empty");
        }
        Ok(text.to_owned())
    }
}
