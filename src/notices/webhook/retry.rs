//! When a webhook is tried again, as Standard Webhooks recommends.

/// Seconds between one try and the next: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const WAITS: [u64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// A run waits for the next try up to so many seconds; what is due later is left to a later run.
const PATIENCE: u64 = 10;

/// The seconds to wait after so many tries, the first being 1; `None`: not in this run. `asked` is what the server asks for.
pub fn wait(tries: usize, asked: Option<u64>) -> Option<u64> {
    let usual = *WAITS.get(tries.checked_sub(1)?)?;
    let wait = asked.unwrap_or(0).max(usual);
    (wait <= PATIENCE).then_some(wait)
}

/// Whether a server that answers so may answer otherwise later.
pub fn is_for_now(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_waits_for_the_second_try_alone() {
        assert_eq!(wait(1, None), Some(5));
        assert_eq!(wait(1, Some(8)), Some(8));
        assert_eq!(wait(1, Some(3600)), None);
        assert_eq!(wait(2, None), None);
        assert_eq!(wait(0, None), None);
        assert_eq!(wait(99, None), None);
    }
}
