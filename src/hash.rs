//! Hashes, as they are held and written.

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// A hash as lower-case hexadecimal digits.
pub fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
