//! What scenarios ask for beside rejects and lost answers: other amounts, slow letters, doubles, words, a lost mailbox.
//! Days: Thursday 15 January 2026 is the first; amounts by hand from G, 30,00 €.

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::Duration;
use liasse_caisse::Trick;
use liasse_domain::fse::Corrects;
use liasse_domain::{Coded, Payer};
use liasse_formats::mail;

use crate::practice::{act, claim, cps, draft, g, signed, vitale, with_c2s};
use crate::world::{World, scenario, start};

fn world(name: &str, text: &str) -> World {
    World::with(name, |options| options.scenario = scenario(text))
}

/// A file of `count` FSE under C2S, 21,00 € + 9,00 € each.
fn c2s_file(count: u32) -> Vec<u8> {
    let (gris, petit) = (cps("cps-gris"), vitale("vitale-petit"));
    let fse = |number| {
        let content = with_c2s(claim(&gris, &petit, 1, number, vec![act("G", 3000, 70, 2100, 900)]));
        signed(&content, &gris, &petit, start())
    };
    draft(&gris, "LOT001", (1..=count).map(fse).collect()).mail(&gris, start())
}

fn paid(world: &World, day: &str) -> Vec<Vec<(u32, Payer, i64)>> {
    world.set_day(day);
    let lines = |payment: liasse_domain::returns::Payment| {
        payment.lines.iter().map(|line| (line.fse.number.get(), line.payer, line.amount.0)).collect()
    };
    world.payments().into_iter().map(lines).collect()
}

#[test]
fn other_amounts_stand_in_one_transfer_and_the_rest_comes_later() {
    use Payer::{Amc, Amo};
    let world = world(
        "amounts",
        "pay = [{ fse = \"991010117-000000001\", payer = \"amo\", cents = 1200, rest_after_working_days = 3 },
                { fse = \"991010117-000000002\", payer = \"amc\", cents = 1000, rest_after_working_days = 3 },
                { fse = \"991010117-000000003\", payer = \"amo\", named = 77 },
                { fse = \"991010117-000000003\", payer = \"amc\", cents = 0 }]",
    );
    assert_eq!(world.answers(&c2s_file(3)), ["ARL+"]);
    let first = [(1, Amo, 1200), (1, Amc, 900), (2, Amo, 2100), (2, Amc, 1000), (77, Amo, 2100)];
    let mut found = paid(&world, "2026-01-22");
    found.iter_mut().for_each(|lines| lines.sort());
    assert_eq!(found, [first.to_vec()]);
    assert!(paid(&world, "2026-01-26").is_empty());
    assert_eq!(paid(&world, "2026-01-27"), [vec![(1, Amo, 900), (2, Amc, -100)]]);
    assert!(paid(&world, "2026-03-02").is_empty());
}

#[test]
fn one_transfer_is_announced_twice_by_two_mails() {
    let mut world = world("twice-announced", "announce_twice = true");
    assert_eq!(world.answers(&c2s_file(1)), ["ARL+"]);
    world.set_day("2026-01-22");
    let mails = world.fetch_raw();
    let header = |mail: &Vec<u8>| mail::read_return(mail).expect("a return").0;
    let [one, other] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_ne!(header(one).message_id, header(other).message_id);
    let payment = |mail: &Vec<u8>| mail::read_return(mail).expect("a return").1.body;
    assert_eq!(payment(one), payment(other), "the same words about one reference");
    world.stop();
    world.run(|_| {});
    assert!(world.fetch_raw().is_empty(), "both were remembered, and let go");
}

#[test]
fn letters_are_on_their_way_each_in_its_own_time() {
    let text = "pay_after_working_days = 1
                delays = { arl = { minutes = 30 }, rejects = { working_days = 2 }, payments = { minutes = 90 } }";
    let (world, gris) = (world("slow", text), cps("cps-gris"));
    let (petit, fini) = (vitale("vitale-petit"), vitale("vitale-fini"));
    let good = with_c2s(claim(&gris, &petit, 1, 1, vec![act("G", 3000, 70, 2100, 900)]));
    let fses =
        vec![signed(&good, &gris, &petit, start()), signed(&claim(&gris, &fini, 1, 2, g()), &gris, &fini, start())];
    world.send(&draft(&gris, "LOT001", fses).mail(&gris, start()));
    let at = |minutes: i64, day: &str| {
        let morning = format!("{day}T08:00:00Z").parse::<liasse_domain::Instant>().expect("instant");
        world.set_clock(morning + Duration::minutes(minutes));
        world.fetch().len()
    };
    assert_eq!((at(15, "2026-01-15"), at(32, "2026-01-15")), (0, 1), "the ARL");
    assert_eq!((at(0, "2026-01-16"), at(80, "2026-01-16"), at(95, "2026-01-16")), (0, 0, 1), "the payment");
    assert_eq!((at(0, "2026-01-18"), at(0, "2026-01-19")), (0, 1), "the reject, on Monday");
}

#[test]
fn a_file_delivered_twice_is_answered_twice_alike_and_paid_once() {
    let world = world("double", "delivered_twice = true");
    world.send(&c2s_file(1));
    let mails = world.fetch_raw();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
    assert_eq!(paid(&world, "2026-02-20"), [vec![(1, Payer::Amo, 2100), (1, Payer::Amc, 900)]]);
}

#[test]
fn words_come_beside_the_answer() {
    let world = world(
        "words",
        "service = \"Fermé lundi.\"
         signal = [{ fse = \"991010117-000000002\", code = \"S0901\", label = \"Adresse à mettre à jour\" },
                   { fse = \"991010117-000000009\", code = \"S0901\", label = \"Une autre FSE\" }]",
    );
    let file = c2s_file(2);
    let told = ["ARL+", "2 remark S0901", "message Fermé lundi."];
    assert_eq!(world.answers(&file), told);
    assert_eq!(world.answers(&file), told, "the same file, the same letters");
    let lines = paid(&world, "2026-01-22");
    assert_eq!(lines.iter().flatten().map(|line| line.2).sum::<i64>(), 6000, "a remark changes nothing");
}

/// What Python's `email` finds in a notice: the recipient, the action, the Message-ID of the mail.
fn python_reads(notice: &[u8]) -> Vec<String> {
    let script = "import email, email.policy, sys\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        assert not m.defects, m.defects\n\
        assert m.get_content_type() == 'multipart/report' and m.get_param('report-type') == 'delivery-status'\n\
        words, status, headers = m.iter_parts()\n\
        mta, recipient = status.get_payload()\n\
        original = email.message_from_string(headers.get_payload(), policy=email.policy.default)\n\
        print(recipient['Final-Recipient'], recipient['Action'], recipient['Status'], original['Message-ID'], sep='\\n')";
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    child.stdin.take().expect("a pipe").write_all(notice).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn a_mailbox_that_is_not_found_sends_a_notice_and_nothing_arrives() {
    let mut world = world("nobody-there", "mailbox = \"unknown\"\ndelays = { notices = { minutes = 60 } }");
    let file = c2s_file(1);
    world.send(&file);
    assert!(world.fetch_raw().is_empty());
    world.set_clock(start() + Duration::minutes(62));
    let notices = world.fetch_raw();
    let [notice] = notices.as_slice() else { panic!("{} notices", notices.len()) };
    let (header, _) = mail::read_outer(&file).expect("our mail");
    let expected = ["rfc822; 01751@751.01.rss.test", "failed", "5.1.1", &format!("<{}>", header.message_id)];
    assert_eq!(python_reads(notice), expected);
    assert!(paid(&world, "2026-02-20").is_empty(), "nothing was claimed");

    world.stop();
    world.run(|options| options.scenario = scenario("mailbox = \"unknown_once\""));
    assert_eq!(world.answers(&file), ["ARL+"], "the one time was before, and is remembered");
}

#[test]
fn a_false_reject_is_told_once_and_paid_all_the_same() {
    let world = world("false-reject", "");
    world.running().arm(Trick::FalseReject, true);
    let file = c2s_file(1);
    assert_eq!(world.answers(&file), ["4015"]);
    assert!(!world.running().is_armed(Trick::FalseReject), "played once");
    assert_eq!(world.answers(&file), ["4015"], "the same file, the same letters");
    assert_eq!(paid(&world, "2026-01-22"), [vec![(1, Payer::Amo, 2100), (1, Payer::Amc, 900)]]);
}

#[test]
fn a_lost_answer_is_lost_once_and_comes_when_the_file_comes_again() {
    let world = world("lost-once", "");
    world.running().arm(Trick::LostAnswer, true);
    let file = c2s_file(1);
    assert_eq!(world.answers(&file), [] as [&str; 0]);
    assert_eq!(world.answers(&file), ["ARL+"]);
    // Taken back before a file came: nothing is lost.
    world.running().arm(Trick::LostAnswer, true);
    world.running().arm(Trick::LostAnswer, false);
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let other = signed(&claim(&gris, &durand, 1, 2, g()), &gris, &durand, start());
    assert_eq!(world.answers(&draft(&gris, "LOT002", vec![other]).mail(&gris, start())), ["ARL+"]);
}

#[test]
fn one_fse_is_rejected_wrongly_and_its_correction_is_accepted() {
    let world = world("wrong-reject", "");
    world.running().arm(Trick::WrongReject, true);
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let first = claim(&gris, &durand, 1, 1, g());
    let fses = [first.clone(), claim(&gris, &durand, 1, 2, g())];
    let fses = fses.iter().map(|fse| signed(fse, &gris, &durand, start())).collect();
    assert_eq!(world.answers(&draft(&gris, "LOT001", fses).mail(&gris, start())), ["ARL+", "1 I1002"]);
    let mut again = claim(&gris, &durand, 1, 3, g());
    again.corrects = Some(Corrects { number: first.reference.number, drawn_up: first.drawn_up });
    let again = vec![signed(&again, &gris, &durand, start())];
    assert_eq!(world.answers(&draft(&gris, "LOT002", again).mail(&gris, start())), ["ARL+"]);
}

#[test]
fn while_the_network_is_cut_its_ports_refuse_and_then_answer_as_before() {
    let world = world("cut", "");
    let ports = world.running().ports().clone();
    world.running().cut(true).expect("cut");
    assert!(world.running().is_cut());
    let refused = world.try_send(&c2s_file(1), &mut |_| Ok(())).expect_err("nobody answers");
    assert_eq!(refused.code().0, "road.liaison_coupee");
    let fetched = liasse_post::fetch(&world.pop3(), &mut |_| liasse_post::Verdict::Fetch, &mut |_| Ok(Vec::new()));
    assert_eq!(fetched.expect_err("nobody answers").code().0, "road.liaison_coupee");
    world.running().cut(false).expect("mended");
    assert_eq!(world.running().ports(), &ports, "the same ports");
    assert_eq!(world.answers(&c2s_file(1)), ["ARL+"]);
}
