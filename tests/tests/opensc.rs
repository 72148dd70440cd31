//! OpenSC as judge of the simulated CPS in a real pcscd: keys and certificates that belong together, a signature that openssl
//! accepts, the state of the code after either program. Its build signs with no signature key (reference cards, 6), and its
//! dump tells no tries: what is left of a code is read where its PKCS#11 module says so, in the flags of the token.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use liasse_e2e::practice::error_of;
use liasse_e2e::{Finished, InsertedCard, Pcscd, Scratch, Slot, bin, finish};
use serde_json::Value;

const CARD: &str = "cps-gris";
/// Codes of that card, and one that it is given here.
const PIN: &str = "1234";
const WRONG: &str = "9999";
const NEW: &str = "56789";

/// The AID of the contact application, then the number of the key (reference cards, 1.3).
const AUTHENTICATION: &str = "e828bd080f8025000001ff001002";
const SIGNATURE: &str = "e828bd080f8025000001ff001001";

/// What stands before a SHA-256 hash in a DigestInfo (RFC 8017, 9.2).
const DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// The card in the first reader, and who looks at it.
struct Judge<'a> {
    pcscd: &'a Pcscd,
    card: InsertedCard<'a>,
    scratch: Scratch,
}

impl<'a> Judge<'a> {
    fn of(pcscd: &'a Pcscd) -> Self {
        Self { pcscd, card: pcscd.insert(Slot::First, CARD, &[]), scratch: Scratch::new("opensc") }
    }

    fn pkcs15(&self, words: &[&str]) -> Finished {
        let mut command = self.pcscd.client("pkcs15-tool");
        finish(command.args(["--reader", &self.card.reader()]).args(words), b"").success()
    }

    fn pkcs11(&self, words: &[&str]) -> Finished {
        let mut command = self.pcscd.client("pkcs11-tool");
        finish(command.args(["--slot-index", "0"]).args(words), b"")
    }

    fn signs_in(&self, pin: &str) -> bool {
        self.pkcs11(&["--login", "--pin", pin, "--list-objects"]).code == 0
    }

    /// What OpenSC says of the code; nothing where all tries are left.
    fn state_of_the_code(&self) -> String {
        let slots = self.pkcs11(&["--list-token-slots"]).success().stdout;
        let flags = slots.lines().find_map(|line| line.trim().strip_prefix("token flags")).expect("a token").to_owned();
        let said = ["user PIN count low", "final user PIN try", "user PIN locked"];
        said.into_iter().filter(|state| flags.contains(*state)).collect::<Vec<_>>().join(", ")
    }

    /// Ours, with a code.
    fn liassectl(&self, pin: &str) -> Finished {
        let mut command = self.pcscd.client(bin("liassectl"));
        command.args(["cards", "read", "--reader", &self.card.reader(), "--pin-stdin", "--json"]);
        finish(&mut command, format!("{pin}\n").as_bytes())
    }

    fn refused(&self, pin: &str) -> Value {
        error_of(&self.liassectl(pin).with_code(1))["code"].clone()
    }

    /// Ours, without one.
    fn tries_left(&self) -> Value {
        let mut command = self.pcscd.client(bin("liassectl"));
        command.args(["cards", "read", "--reader", &self.card.reader(), "--json"]);
        finish(&mut command, b"").success().json()["holder"]["tries_left"].clone()
    }

    /// The certificate of that identifier, as OpenSC writes it to a file.
    fn certificate(&self, id: &str) -> PathBuf {
        let file = self.scratch.join(format!("{id}.pem"));
        self.pkcs15(&["--read-certificate", id, "--output", &text(&file)]);
        file
    }

    fn public_key(&self, id: &str) -> PathBuf {
        let certificate = text(&self.certificate(id));
        let key = openssl(&["x509", "-in", &certificate, "-noout", "-pubkey"]).success().stdout;
        self.scratch.write(format!("{id}.pub"), key)
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path in letters").to_owned()
}

fn openssl(words: &[&str]) -> Finished {
    finish(Command::new("openssl").args(words), b"")
}

/// The objects of a list of OpenSC: a line that begins it, then lines that are indented.
fn objects<'a>(list: &'a str, title: &str) -> Vec<&'a str> {
    list.split("\n\n").filter(|object| object.trim_start().starts_with(title)).collect()
}

/// `ID : e828…`: what stands behind the colon.
fn field<'a>(object: &'a str, name: &str) -> &'a str {
    let of = |line: &'a str| line.split_once(':').filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
    object.lines().find_map(of).unwrap_or_default()
}

#[test]
fn keys_and_certificates_belong_together_and_say_what_they_are_for() {
    let pcscd = Pcscd::start();
    let judge = Judge::of(&pcscd);
    let keys = judge.pkcs15(&["--list-keys"]).stdout;
    let keys: Vec<_> = objects(&keys, "Private RSA Key")
        .into_iter()
        .map(|key| {
            let title = key.trim_start().lines().next().unwrap_or_default().to_owned();
            (title, field(key, "ID").to_owned(), field(key, "Key ref").to_owned(), field(key, "ModLength").to_owned())
        })
        .collect();
    let key = |name: &str, id: &str, reference: &str| {
        (format!("Private RSA Key [{name}]"), id.to_owned(), reference.to_owned(), "2048".to_owned())
    };
    let wanted = [key("CPS_PRIV_AUT", AUTHENTICATION, "130 (0x82)"), key("CPS_PRIV_SIG", SIGNATURE, "129 (0x81)")];
    assert_eq!(keys, wanted);

    let certificates = judge.pkcs15(&["--list-certificates"]).stdout;
    let ids: Vec<_> = objects(&certificates, "X.509 Certificate").into_iter().map(|one| field(one, "ID")).collect();
    assert_eq!(ids, [AUTHENTICATION, SIGNATURE], "each with its key's identifier");
    for (id, usage) in
        [(AUTHENTICATION, "Digital Signature, Key Encipherment"), (SIGNATURE, "Digital Signature, Non Repudiation")]
    {
        let certificate = text(&judge.certificate(id));
        let said = openssl(&["x509", "-in", &certificate, "-noout", "-subject", "-ext", "keyUsage"]).success().stdout;
        assert!(said.lines().any(|line| line.trim() == usage), "{said}");
        // 8 and the RPPS of practitioners.toml: the national number of the holder.
        assert!(said.contains("899900101017"), "{said}");
    }
}

#[test]
fn the_authentication_key_signs_what_openssl_accepts() {
    let pcscd = Pcscd::start();
    let judge = Judge::of(&pcscd);
    let message = text(&judge.scratch.write("message", "une phrase inventée"));
    let hash = judge.scratch.join("hash");
    openssl(&["dgst", "-sha256", "-binary", "-out", &text(&hash), &message]).success();
    let hash = std::fs::read(hash).expect("a hash");
    let info = text(&judge.scratch.write("digest-info", [&DIGEST_INFO[..], &hash].concat()));
    let signature = text(&judge.scratch.join("signature"));
    let sign = ["--sign", "--mechanism", "RSA-PKCS", "--id", AUTHENTICATION, "--input-file", &info];
    let into = ["--output-file", signature.as_str()];

    let wrong = [&["--login", "--pin", WRONG][..], &sign, &into].concat();
    assert_ne!(judge.pkcs11(&wrong).code, 0, "not without the code");
    assert!(!Path::new(&signature).exists());
    judge.pkcs11(&[&["--login", "--pin", PIN][..], &sign, &into].concat()).success();

    let accepts = |id: &str, message: &str| {
        let key = text(&judge.public_key(id));
        openssl(&["dgst", "-sha256", "-verify", &key, "-signature", &signature, message]).code == 0
    };
    assert!(accepts(AUTHENTICATION, &message));
    assert!(!accepts(SIGNATURE, &message), "it is the other key's");
    let other = text(&judge.scratch.write("other", "une autre phrase"));
    assert!(!accepts(AUTHENTICATION, &other));
}

#[test]
fn either_program_sees_the_tries_that_the_other_has_spent() {
    let pcscd = Pcscd::start();
    let judge = Judge::of(&pcscd);
    assert_eq!((judge.state_of_the_code().as_str(), judge.tries_left()), ("", Value::from(3)));
    assert_eq!(judge.refused(WRONG), "cards.code_faux");
    assert_eq!((judge.state_of_the_code().as_str(), judge.tries_left()), ("user PIN count low", Value::from(2)));
    assert!(!judge.signs_in(WRONG));
    assert_eq!((judge.state_of_the_code().as_str(), judge.tries_left()), ("final user PIN try", Value::from(1)));
    // The last try is not ours to spend unasked, were the code the right one.
    assert_eq!(judge.refused(PIN), "cards.dernier_essai");
    assert_eq!(judge.state_of_the_code(), "final user PIN try");
    assert!(!judge.signs_in(WRONG));
    assert_eq!((judge.state_of_the_code().as_str(), judge.tries_left()), ("user PIN locked", Value::from(0)));
    assert!(!judge.signs_in(PIN), "blocked for both");
    assert_eq!(judge.refused(PIN), "cards.code_bloque");
}

#[test]
fn a_code_that_opensc_changes_holds_for_both() {
    let pcscd = Pcscd::start();
    let judge = Judge::of(&pcscd);
    judge.pkcs11(&["--login", "--pin", PIN, "--change-pin", "--new-pin", NEW]).success();
    assert!(judge.signs_in(NEW));
    let read = judge.liassectl(NEW).success().json();
    assert_eq!(read["situations"].as_array().map(Vec::len), Some(1), "{read}");
    assert_eq!(judge.refused(PIN), "cards.code_faux");
    assert_eq!(judge.state_of_the_code(), "user PIN count low");
}

/// OpenSC's own unblocking looks for security objects that the public record says nothing of (BF FB 03): here it passes on the
/// commands of the ANS library (reference cards, 1.4).
#[test]
fn a_code_that_was_unblocked_is_open_for_both() {
    let pcscd = Pcscd::start();
    let judge = Judge::of(&pcscd);
    for _ in 0..3 {
        assert!(!judge.signs_in(WRONG));
    }
    assert_eq!(judge.state_of_the_code(), "user PIN locked");
    let unblocked = |puk: &str| {
        let mut command = pcscd.client("opensc-tool");
        command.args(["--card-driver", "default", "--reader", &judge.card.reader()]);
        for apdu in [
            "00:A4:04:0C:08:80:25:00:00:01:FF:01:00",
            puk,
            // RESET RETRY COUNTER with the new code.
            "00:2C:02:01:05:35:36:37:38:39",
        ] {
            command.args(["--send-apdu", apdu]);
        }
        finish(&mut command, b"").success().stdout.matches("SW1=0x90, SW2=0x00").count()
    };
    assert_eq!(unblocked("00:20:00:02:08:38:38:38:38:38:38:38:38"), 1, "a wrong unblocking code opens nothing");
    assert_eq!(judge.state_of_the_code(), "user PIN locked");
    assert_eq!(unblocked("00:20:00:02:08:31:32:33:34:35:36:37:38"), 3);
    assert_eq!((judge.state_of_the_code().as_str(), judge.tries_left()), ("", Value::from(3)));
    assert!(judge.signs_in(NEW) && !judge.signs_in(PIN));
    let read = judge.liassectl(NEW).success().json();
    assert_eq!(read["situations"].as_array().map(Vec::len), Some(1), "{read}");
}
