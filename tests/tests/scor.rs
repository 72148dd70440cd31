//! Scanned documents and the concentrator, end to end: the mails as a foreign post office got them, taken apart by openssl
//! and Python alone, and the simulated caisse that takes both.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::io::Write;
use std::process::{Command, Stdio};

use liasse_e2e::practice::money;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{MailPeers, Practice, bin, finish, root};

/// G under C2S, 21,00 € + 9,00 €.
const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;
const OCT: &str = "oct@concentrateur.test";
const SCANS: &str = "01.751@01.scor.rss.test";

fn through(practice: &Practice, peers: &MailPeers) {
    for (name, value) in [
        ("post.smtp", format!("localhost:{}", peers.submission)),
        ("post.pop3", format!("localhost:{}", peers.pop3s)),
        ("post.ca", peers.ca().to_str().expect("utf-8").to_owned()),
    ] {
        practice.run(&["config", "set", name, &value]).success();
    }
}

fn oct(practice: &Practice) {
    practice.run(&["config", "set", "post.oct_address", OCT]).success();
    practice.run(&["config", "set", "post.envelope", "oct"]).success();
}

/// Two documents of an FSE, a PDF and a TIFF, and their bytes.
fn attach(practice: &Practice, fse: &str) -> [Vec<u8>; 2] {
    let pdf = [&b"%PDF-1.4\n"[..], &[0x80; 5000], b"%%EOF\n"].concat();
    let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\0\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0".to_vec();
    for (name, bytes, kind) in [("a.pdf", &pdf, "ordonnance"), ("b.tif", &tiff, "autre")] {
        let path = practice.scratch().write(name, bytes);
        practice.run(&["fse", "attach", fse, path.to_str().expect("utf-8"), "--kind", kind]).success();
    }
    [pdf, tiff]
}

/// Has openssl decrypt a mail with the caisse's key, then Python look at it: `outer` and `inner` are the messages,
/// `parts` the parts inside.
fn judged(practice: &Practice, mail: &[u8], script: &str) {
    let folder = practice.scratch();
    let mail = folder.write("mail.eml", mail);
    let pki = root().join("fixtures/pki");
    let mut openssl = Command::new("openssl");
    openssl.args(["cms", "-decrypt", "-inform", "SMIME", "-binary", "-in"]).arg(&mail).arg("-recip");
    openssl.arg(pki.join("caisse-encryption.pem")).arg("-inkey").arg(pki.join("caisse-encryption.key.pem"));
    finish(openssl.arg("-out").arg(folder.join("inner.eml")), b"").success();
    let script = format!(
        "import email, email.policy, gzip, hashlib\n\
         read = lambda name: email.message_from_binary_file(open(name, 'rb'), policy=email.policy.default)\n\
         outer, inner = read('mail.eml'), read('inner.eml')\n\
         parts = list(inner.iter_parts())\n\
         assert not outer.defects and not inner.defects and not any(p.defects for p in parts)\n\
         bodies = [p.get_payload(decode=True) for p in parts]\n{script}"
    );
    finish(Command::new("python3").args(["-c", &script]).current_dir(folder.path()), b"").success();
}

#[test]
fn strangers_read_what_a_practice_sends_through_a_concentrator() {
    let peers = MailPeers::start();
    let practice = Practice::empty("oct-mail");
    through(&practice, &peers);
    oct(&practice);
    practice.run(&["config", "set", "post.compression", "gzip"]).success();
    let fse = practice.bill("vitale-petit", G, None);
    let [pdf, tiff] = attach(&practice, &fse);
    let lots = practice.json(&["lot", "seal"]);
    let lot = lots["lots"][0].as_str().expect("a lot");
    let said = practice.json(&["post", "send"]);
    assert_eq!((&said["sent"][0], &said["scans"]["sent"][0]), (&lots["lots"][0], &lots["lots"][0]), "{said}");

    // The file keeps its own caisse as recipient in record 000, positions 28 to 41.
    let file = peers.wait_for_mail(OCT, 1).remove(0);
    judged(
        &practice,
        &file,
        "assert outer['To'].addresses[0].addr_spec == 'oct@concentrateur.test', outer['To']\n\
         assert outer['Subject'].startswith('IR100500/00000991010117/'), outer['Subject']\n\
         assert outer['Content-Description'] == 'IRIS/B2/Z'\n\
         names = ['fichier.b2', 'lot.p7s', 'fse-000000001.p7s', 'vitale-000000001.p7s']\n\
         assert [p.get_filename() for p in parts] == names, [p.get_filename() for p in parts]\n\
         record = gzip.decompress(bodies[0])[:128]\n\
         assert record[:3] == b'000' and record[27:41] == b'00000000001751', record",
    );
    practice.scratch().write("sent.pdf", pdf);
    practice.scratch().write("sent.tif", tiff);
    let scans = peers.wait_for_mail(SCANS, 1).remove(0);
    judged(
        &practice,
        &scans,
        &format!(
            "assert outer['To'].addresses[0].addr_spec == '{SCANS}', outer['To']\n\
             assert outer['Subject'] == 'SIM SCOR 991010117/{lot}/00002', outer['Subject']\n\
             names = ['manifeste.txt', 'fse-000000001-1.pdf', 'fse-000000001-2.tiff']\n\
             assert [p.get_filename() for p in parts] == names, [p.get_filename() for p in parts]\n\
             types = ['text/plain', 'application/pdf', 'image/tiff']\n\
             assert [p.get_content_type() for p in parts] == types\n\
             assert bodies[1:] == [open(n, 'rb').read() for n in ['sent.pdf', 'sent.tif']]\n\
             hashes = [hashlib.sha256(b).hexdigest() for b in bodies[1:]]\n\
             lines = ['SIM-SCOR 1', '991010117 {lot} 2', f'{{names[1]}} ordonnance {{hashes[0]}}',\n\
             \x20        f'{{names[2]}} autre {{hashes[1]}}', '']\n\
             assert bodies[0].decode('ascii').split('\\r\\n') == lines, bodies[0]"
        ),
    );
    assert!(peers.mailbox("01751@751.01.rss.test").is_empty(), "one file, one address");
}

/// The caisse as a client of the foreign post office.
struct Behind(std::process::Child);

impl Drop for Behind {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_concentrator_behind_postfix_brings_acknowledgement_and_payment() {
    let peers = MailPeers::start();
    let practice = Practice::empty("oct-peers");
    through(&practice, &peers);
    oct(&practice);
    std::fs::create_dir_all(practice.caisse_data()).expect("the caisse's folder");
    let log = std::fs::File::create(practice.scratch().join("caisse.log")).expect("a log");
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(bin("liasse-caisse")).arg("--data").arg(practice.caisse_data());
    command.arg("--via").arg(format!("smtp://{OCT}@localhost:{}", peers.submission));
    command.arg(format!("pop3s://{OCT}@localhost:{}", peers.pop3s));
    command.arg("--via-ca").arg(peers.ca()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
    let mut caisse = Behind(command.spawn().expect("setpriv, of util-linux"));
    caisse.0.stdin.take().expect("a pipe").write_all(b"caisse-secret\ncaisse-secret\n").expect("passwords");
    until("the caisse", SOON, || practice.caisse_data().join("ports.json").exists().then_some(()));

    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    practice.run(&["post", "send"]).success();
    until("the acknowledgement", SOON, || {
        practice.run(&["post", "fetch"]).success();
        (practice.document(&fse)["transmission"] == "recue").then_some(())
    });
    practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
    until("the payment", SOON, || {
        practice.run(&["post", "fetch"]).success();
        (money(&practice.document(&fse), "amo").2 > 0).then_some(())
    });
    assert_eq!(money(&practice.document(&fse), "amo"), ("encaisse".to_owned(), 2100, 2100));
    assert!(peers.mailbox("01751@751.01.rss.test").is_empty(), "nothing went to the caisse itself");
}

#[test]
fn the_caisse_takes_documents_and_the_whole_demo_runs_through_its_concentrator() {
    let practice = Practice::empty("scor");
    // The log is read as text: without colours.
    let caisse = practice.caisse_from(practice.caisse_command(&[]).env("NO_COLOR", "1"), "caisse.log");
    oct(&practice);
    let fse = practice.bill("vitale-petit", G, None);
    attach(&practice, &fse);
    let lots = practice.json(&["lot", "seal"]);
    let lot = lots["lots"][0].as_str().expect("a lot");
    practice.run(&["post", "send"]).success();
    let line = until("the documents in the caisse's log", SOON, || {
        caisse.log().lines().find(|line| line.contains("scans received")).map(str::to_owned)
    });
    // 5,015 bytes of PDF and 26 of TIFF, of one FSE that its lot has brought before.
    for part in [lot, "01/751", "documents=2", "bytes=5041", "lot_known=true", "fse=1", "fse_known=1", "again=false"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    let listed = practice.json(&["fse", "attachments", &fse]);
    assert_eq!((&listed["state"], listed["attachments"].as_array().map(Vec::len)), (&"transmise".into(), Some(2)));
    let status = practice.json(&["post", "status"]);
    assert_eq!(status[0]["scans"]["state"], "transmise", "{status}");
    assert!(status[0]["scans"]["sent_at"].is_string(), "{status}");
    practice.run(&["post", "fetch"]).success();
    assert_eq!(practice.document(&fse)["transmission"], "recue");
    practice.run(&["journal", "verify"]).success();

    // The demo's own claims: acknowledged and paid through the concentrator too.
    let ledger = practice.json(&["demo"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert!(documents.iter().all(|document| document["transmission"] == "recue"), "{ledger}");
    assert_eq!(money(&practice.document(&fse), "amo"), ("encaisse".to_owned(), 2100, 2100));
}
