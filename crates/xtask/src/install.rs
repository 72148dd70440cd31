//! How missing system packages are installed: by itself, after asking, or not at all.
//! Not which ones (module `packages`). What it installs must not leave a service running or enabled (shared contracts).

use std::io::{IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::packages;
use crate::stop::Stop;

/// What decides whether packages may be installed.
#[derive(Clone, Copy, Debug)]
struct Circumstances {
    root: bool,
    container: bool,
    ci: bool,
    terminal: bool,
    sudo: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// Install without a question.
    Install { sudo: bool },
    /// Show the list and ask.
    Ask { sudo: bool },
    /// Print the line to type and stop.
    Tell,
}

/// Installs `missing`, or says what to type.
pub fn install(missing: &[&str]) -> Result<(), Stop> {
    println!("Missing system packages: {}", missing.join(" "));
    let sudo = match way(circumstances()) {
        Way::Install { sudo } => sudo,
        Way::Ask { sudo } if asked()? => sudo,
        Way::Ask { .. } | Way::Tell => {
            return Err(Stop::SetUp(format!("install them first, then start again:\n{}", line_to_type(missing))));
        }
    };
    let mut command = if sudo { Command::new("sudo") } else { Command::new("sh") };
    if sudo {
        command.arg("sh");
    }
    let mut child = command.arg("-s").stdin(Stdio::piped()).spawn().map_err(|e| Stop::SetUp(format!("sh: {e}")))?;
    let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(script(missing).as_bytes()));
    let status = child.wait().map_err(|e| Stop::SetUp(format!("sh: {e}")))?;
    if written.is_ok() && status.success() {
        Ok(())
    } else {
        Err(Stop::SetUp(format!("the packages could not be installed; try by hand:\n{}", line_to_type(missing))))
    }
}

fn way(here: Circumstances) -> Way {
    let Circumstances { root, container, ci, terminal, sudo } = here;
    match (root, sudo) {
        (true, _) if container || ci => Way::Install { sudo: false },
        (false, true) if ci => Way::Install { sudo: true },
        (true, _) if terminal => Way::Ask { sudo: false },
        (false, true) if terminal => Way::Ask { sudo: true },
        _ => Way::Tell,
    }
}

fn circumstances() -> Circumstances {
    let marks = ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
    Circumstances {
        root: std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0),
        container: marks.iter().any(|mark| Path::new(mark).exists()) || std::env::var_os("container").is_some(),
        ci: std::env::var("CI").is_ok_and(|value| value == "true"),
        terminal: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        sudo: Command::new("sudo").arg("-V").output().is_ok_and(|answer| answer.status.success()),
    }
}

fn asked() -> Result<bool, Stop> {
    print!("Install them with apt-get? No service stays enabled. [y/N] ");
    let mut answer = String::new();
    std::io::stdout()
        .flush()
        .and_then(|()| std::io::stdin().read_line(&mut answer))
        .map_err(|e| Stop::SetUp(format!("no answer: {e}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui"))
}

fn line_to_type(missing: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install --no-install-recommends {}", missing.join(" "))
}

/// The whole installation as one root script: even when it is interrupted, its trap puts the old policy back.
/// `policy-rc.d` answering 101 keeps the package scripts from starting anything; what they enabled is then disabled.
/// `--no-remove`: on a machine with another mail server, Postfix would push it out. The path filter keeps the package
/// of the virtual readers from adding them, on all interfaces, to the machine's own pcscd.
fn script(missing: &[&str]) -> String {
    let units = packages::units(missing).join(" ");
    let packages = missing.join(" ");
    format!(
        r#"set -eu
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=/usr/sbin/policy-rc.d
mark='# written by the set-up of Liasse'
restore() {{
    if [ -e "$policy.liasse-saved" ]; then mv -f "$policy.liasse-saved" "$policy"; else rm -f "$policy"; fi
}}
if [ -e "$policy" ] && ! grep -q "$mark" "$policy"; then cp -p "$policy" "$policy.liasse-saved"; fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" > "$policy.liasse-new"
chmod 755 "$policy.liasse-new"
mv -f "$policy.liasse-new" "$policy"
apt-get update -qq || echo 'apt-get update failed: going on with the lists that are there' >&2
case ' {packages} ' in *' postfix '*)
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ;;
esac
apt-get install -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=400 \
    -o DPkg::Options::=--path-exclude=/etc/reader.conf.d/vpcd {packages}
if command -v systemctl >/dev/null; then
    for unit in {units}; do
        systemctl disable --quiet "$unit" 2>/dev/null || true
        systemctl --global disable --quiet "$unit" 2>/dev/null || true
    done
fi
for unit in {units}; do
    name=${{unit%.*}}
    if [ -x "/etc/init.d/$name" ]; then update-rc.d "$name" disable >/dev/null 2>&1 || true; fi
done
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Circumstances =
        Circumstances { root: false, container: false, ci: false, terminal: true, sudo: true };

    #[test]
    fn a_person_is_asked_and_a_machine_is_not() {
        assert_eq!(way(PERSON), Way::Ask { sudo: true });
        assert_eq!(way(Circumstances { root: true, ..PERSON }), Way::Ask { sudo: false });
        assert_eq!(way(Circumstances { root: true, container: true, ..PERSON }), Way::Install { sudo: false });
        assert_eq!(
            way(Circumstances { root: true, ci: true, terminal: false, ..PERSON }),
            Way::Install { sudo: false }
        );
        assert_eq!(way(Circumstances { ci: true, terminal: false, ..PERSON }), Way::Install { sudo: true });
    }

    #[test]
    fn without_rights_or_an_answer_nothing_is_installed() {
        assert_eq!(way(Circumstances { sudo: false, ..PERSON }), Way::Tell);
        assert_eq!(way(Circumstances { terminal: false, ..PERSON }), Way::Tell);
        assert_eq!(way(Circumstances { container: true, sudo: false, ..PERSON }), Way::Tell, "not root in a container");
        assert_eq!(line_to_type(&["gcc", "xvfb"]).lines().count(), 1);
    }

    /// The policy file is replaced in a scratch folder, apt-get and debconf by scripts that write down their calls.
    fn play(missing: &[&str], policy_before: Option<&str>, apt_exit: u8) -> (bool, Option<String>, String) {
        let folder = std::env::temp_dir().join(format!("xtask-{}-{}", std::process::id(), missing.join("-")));
        let calls = folder.join("calls");
        std::fs::create_dir_all(&folder).expect("scratch folder");
        let policy = folder.join("policy-rc.d");
        if let Some(text) = policy_before {
            std::fs::write(&policy, text).expect("policy");
        }
        let stub = |name: &str, exit: u8| {
            let path = folder.join(name);
            let text = format!(
                "#!/bin/sh\necho {name} \"$@\" >> {}\ncat {} >> {0}\nexit {exit}\n",
                calls.display(),
                policy.display()
            );
            std::fs::write(&path, text).expect("stub");
            let made = Command::new("chmod").arg("755").arg(&path).status().expect("chmod");
            assert!(made.success());
        };
        stub("apt-get", apt_exit);
        stub("systemctl", 0);
        stub("debconf-set-selections", 0);
        let text = script(missing).replace("/usr/sbin/policy-rc.d", &policy.to_string_lossy());
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        let status = Command::new("sh").arg("-c").arg(text).env("PATH", path).stdin(Stdio::null()).status();
        let after = std::fs::read_to_string(&policy).ok();
        let calls = std::fs::read_to_string(&calls).unwrap_or_default();
        std::fs::remove_dir_all(&folder).expect("scratch folder removed");
        (status.expect("sh").success(), after, calls)
    }

    #[test]
    fn while_packages_are_installed_no_service_may_start_and_afterwards_the_old_policy_is_back() {
        let (success, policy, calls) = play(&["gcc", "postfix"], Some("#!/bin/sh\nexit 0\n"), 0);
        assert!(success);
        assert_eq!(policy.as_deref(), Some("#!/bin/sh\nexit 0\n"));
        assert!(calls.contains("exit 101"), "{calls}");
        assert!(calls.contains("gcc postfix"), "{calls}");
        assert!(calls.contains("systemctl disable --quiet postfix.service"), "{calls}");
    }

    #[test]
    fn a_failed_installation_is_told_and_leaves_no_policy_behind() {
        let (success, policy, _) = play(&["pcscd"], None, 100);
        assert!(!success);
        assert_eq!(policy, None);
    }

    #[test]
    fn a_policy_left_by_a_killed_set_up_is_not_taken_for_the_machines_own() {
        let left = "#!/bin/sh\n# written by the set-up of Liasse\nexit 101\n";
        let (success, policy, calls) = play(&["make"], Some(left), 0);
        assert!(success);
        assert_eq!(policy, None);
        assert!(!calls.contains("systemctl"), "nothing to disable: {calls}");
    }
}
