//! How much work one comparison may take. It is counted and not timed, so that the result is the same on every machine.

/// So many steps: some tenths of a second on a slow machine. A step is about one comparison of two words.
const STEPS: u64 = 12_000_000;

#[derive(Debug, Clone)]
pub(super) struct Budget {
    left: u64,
    spent: u64,
    refusals: usize,
}

impl Budget {
    pub fn new() -> Budget {
        Budget {
            left: STEPS,
            spent: 0,
            refusals: 0,
        }
    }

    /// Whether there is enough left for this work, which is then taken off.
    pub fn spend(&mut self, steps: usize) -> bool {
        let steps = steps as u64;
        if steps > self.left {
            self.refusals += 1;
            return false;
        }
        self.left -= steps;
        self.spent += steps;
        true
    }

    /// What was taken off since the beginning.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// How often some work was refused since the beginning.
    pub fn refusals(&self) -> usize {
        self.refusals
    }
}
