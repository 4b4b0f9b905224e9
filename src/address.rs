//! Mail addresses, in the one form in which they may stand in an SMTP command.

use std::borrow::Cow;

use email_address::EmailAddress;

/// An address that can be mailed to: ASCII alone, without control characters; a domain of other scripts in its ASCII form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    /// Where its `@` is.
    at: usize,
}

/// SMTP takes no longer ones.
const LONGEST: usize = 254;

impl Address {
    /// Reads an address; the error says why it is none, without repeating it.
    ///
    /// # Errors
    ///
    /// It is none, or one that not every server can be given.
    pub fn parse(text: &str) -> Result<Address, String> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err("it has no `@`".to_owned());
        };
        if text.chars().any(char::is_control) {
            return Err("it has a control character".to_owned());
        }
        if !local.is_ascii() {
            return Err("what stands before the `@` is not ASCII".to_owned());
        }
        let domain = idna::domain_to_ascii(domain)
            .map_err(|_| "what stands behind the `@` is no domain".to_owned())?;
        if !EmailAddress::is_valid_local_part(local) || !EmailAddress::is_valid_domain(&domain) {
            return Err("it is no mail address".to_owned());
        }
        let text = format!("{local}@{domain}");
        if text.len() > LONGEST || !text.is_ascii() {
            return Err("it is too long".to_owned());
        }
        let at = local.len();
        Ok(Address { text, at })
    }

    /// As it is written in messages.
    pub fn shown(&self) -> &str {
        &self.text
    }

    /// What tells recipients apart: hardly a server takes two addresses that differ in their case for two mailboxes, and quotation
    /// marks that are not needed make no other.
    pub fn identity(&self) -> String {
        let domain = self.domain().trim_end_matches('.');
        format!("{}@{domain}", unquoted(self.local())).to_lowercase()
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// What stands before the `@`, without quotation marks that are not needed.
fn unquoted(local: &str) -> Cow<'_, str> {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return Cow::Borrowed(local);
    };
    let mut plain = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    let is_atom = |atom: &str| {
        let is_text = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        !atom.is_empty() && atom.chars().all(is_text)
    };
    match plain.split('.').all(is_atom) {
        true => Cow::Owned(plain),
        false => Cow::Borrowed(local),
    }
}

/// Reads `Name <address>` or an address alone: name and address.
///
/// # Errors
///
/// As [`Address::parse`].
pub fn named(text: &str) -> Result<(String, Address), String> {
    match text
        .trim()
        .strip_suffix('>')
        .and_then(|t| t.rsplit_once('<'))
    {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').to_owned();
            Ok((name, Address::parse(address)?))
        }
        None => Ok((String::new(), Address::parse(text.trim())?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_odd_addresses_are_read() {
        for (text, shown) in [
            ("ada@example.org", "ada@example.org"),
            ("a.b+c@sub.example.org", "a.b+c@sub.example.org"),
            ("\"ada b\"@example.org", "\"ada b\"@example.org"),
            ("\"a@b\"@example.org", "\"a@b\"@example.org"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ] {
            assert_eq!(Address::parse(text).map(|a| a.text), Ok(shown.to_owned()));
        }
    }

    #[test]
    fn what_could_end_a_command_is_none() {
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example.org\r\nDATA",
            "ada\r\n.\r\n@example.org",
            "\"a\r\nb\"@example.org",
            "ada@exam ple.org",
            "ada@example.org>",
            "<ada@example.org>",
            "ada b@example.org",
            "é@example.org",
            "ada@example.org\u{0}",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
        assert!(Address::parse(&format!("{}@example.org", "a".repeat(300))).is_err());
    }

    #[test]
    fn case_does_not_make_another_recipient() {
        let identity = |text| Address::parse(text).unwrap().identity();
        assert_eq!(identity("Ada@Example.org"), identity("ada@example.ORG"));
    }

    #[test]
    fn quotation_marks_that_are_not_needed_do_not_either() {
        let identity = |text| Address::parse(text).unwrap().identity();
        for quoted in ["\"ada.b\"@example.org", "\"\\ada.b\"@example.org"] {
            assert_eq!(identity(quoted), "ada.b@example.org", "{quoted}");
        }
        assert_eq!(identity("\"ada b\"@example.org"), "\"ada b\"@example.org");
        assert_eq!(identity("\"ada.\"@example.org"), "\"ada.\"@example.org");
    }

    #[test]
    fn a_name_may_stand_before_it() {
        let (name, address) = named("\"Example Legal\" <legal@example.org>").unwrap();
        assert_eq!(
            (name.as_str(), address.shown()),
            ("Example Legal", "legal@example.org")
        );
        assert_eq!(named("legal@example.org").unwrap().0, "");
    }
}
