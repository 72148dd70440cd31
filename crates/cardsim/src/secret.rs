//! A PIN or an unblocking code inside a simulated card: its value, its counter, whether it was verified.
//! Not protected memory: it is a simulation. Counters as the CPS3 has them (reference cards, 1.7).

/// A code with a counter.
#[derive(Clone)]
pub struct Secret {
    value: Vec<u8>,
    most: u8,
    left: u8,
    verified: bool,
}

/// Lengths a PIN may have.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=8;

impl Secret {
    /// A code with that many tries.
    pub fn new(value: &str, tries: u8) -> Self {
        Self { value: value.as_bytes().to_vec(), most: tries, left: tries, verified: false }
    }

    /// Tries that a fresh code has.
    pub fn most(&self) -> u8 {
        self.most
    }

    /// Tries left.
    pub fn left(&self) -> u8 {
        self.left
    }

    /// Whether it was verified since the card was powered.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// Loses the verification: power off, reset.
    pub fn forget(&mut self) {
        self.verified = false;
    }

    /// Uses up every try.
    pub fn block(&mut self) {
        self.left = 0;
        self.verified = false;
    }

    /// VERIFY: the status word. An empty body asks for the status and costs nothing; so does a body that no PIN has.
    pub fn verify(&mut self, body: &[u8]) -> u16 {
        match (body.is_empty(), self.left) {
            (_, 0) => 0x6983,
            (true, _) if self.verified => 0x9000,
            (true, left) => 0x63C0 | u16::from(left),
            (false, _) if !is_well_formed(body) => 0x6A80,
            (false, _) => self.compare(body == self.value),
        }
    }

    /// CHANGE REFERENCE DATA: old code followed by new one.
    pub fn change(&mut self, body: &[u8]) -> u16 {
        if self.left == 0 {
            return 0x6983;
        }
        match body.strip_prefix(self.value.as_slice()) {
            Some(new) if is_well_formed(new) => {
                self.value = new.to_vec();
                self.compare(true)
            }
            Some(_) => 0x6A80,
            None => self.compare(false),
        }
    }

    /// RESET RETRY COUNTER: sets a new code and gives the tries back.
    pub fn unblock(&mut self, new: &[u8]) -> u16 {
        if !is_well_formed(new) {
            return 0x6A80;
        }
        self.value = new.to_vec();
        self.left = self.most;
        self.verified = false;
        0x9000
    }

    /// RESET RETRY COUNTER without a new code: the tries come back, the code stays.
    pub fn give_tries_back(&mut self) {
        self.left = self.most;
        self.verified = false;
    }

    fn compare(&mut self, right: bool) -> u16 {
        self.verified = right;
        if right {
            self.left = self.most;
            return 0x9000;
        }
        self.left -= 1;
        0x63C0 | u16::from(self.left)
    }
}

fn is_well_formed(code: &[u8]) -> bool {
    LENGTHS.contains(&code.len()) && code.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_wrong_codes_block_and_the_right_one_gives_the_tries_back() {
        let mut pin = Secret::new("1234", 3);
        assert_eq!(pin.verify(b""), 0x63C3);
        assert_eq!(pin.verify(b"0000"), 0x63C2);
        assert_eq!(pin.verify(b"1234"), 0x9000);
        assert_eq!(pin.verify(b""), 0x9000);
        assert_eq!([pin.verify(b"1111"), pin.verify(b"1111"), pin.verify(b"1111")], [0x63C2, 0x63C1, 0x63C0]);
        assert_eq!([pin.verify(b""), pin.verify(b"1234"), pin.change(b"12345678")], [0x6983; 3]);
        assert!(!pin.is_verified());
        assert_eq!(pin.unblock(b"4321"), 0x9000);
        assert_eq!(pin.verify(b"4321"), 0x9000);
    }

    #[test]
    fn what_no_pin_can_be_costs_no_try() {
        let mut pin = Secret::new("1234", 3);
        assert_eq!([pin.verify(b"123"), pin.verify(b"123456789"), pin.verify(b"12a4")], [0x6A80; 3]);
        assert_eq!(pin.left(), 3);
    }

    #[test]
    fn changing_needs_the_old_code() {
        let mut pin = Secret::new("1234", 3);
        assert_eq!(pin.change(b"12349999"), 0x9000);
        assert_eq!(pin.change(b"12348888"), 0x63C2);
        assert_eq!(pin.verify(b"9999"), 0x9000);
    }
}
