//! What a call is told on standard input, one secret a line: read byte by byte into memory that is wiped, so that nothing behind a
//! line is taken and no buffer of the standard library keeps it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use liasse_core::keys::SecretString;
use liasse_domain::Digits;
use zeroize::Zeroizing;

use crate::failure::{CliError, Failure};

/// The longest line that is read for a code: all its digits, and room for blanks around them.
const CODE_LINE: usize = 64;
/// The longest line that is read for a passphrase or a recovery code.
const SECRET_LINE: usize = 4096;

/// A code from standard input, one line; `argument` is what the error of a line that holds none names. Whoever reads next finds the
/// next line.
pub(crate) fn pin_from_stdin(argument: &str) -> Result<Digits, Failure> {
    let code = unbuffered().and_then(|mut input| code_line(&mut input)).map_err(|_| CliError::WrongCall)?;
    code.ok_or_else(|| CliError::WrongValue { argument: argument.to_owned() }.into())
}

/// The next line of standard input as a secret; `argument` names it when there is none.
pub(crate) fn secret_from_stdin(argument: &str) -> Result<SecretString, Failure> {
    let wrong = || CliError::WrongValue { argument: argument.to_owned() };
    let read = unbuffered().and_then(|mut input| line(&mut input, SECRET_LINE)).map_err(|_| wrong())?;
    let bytes = read.ok_or_else(wrong)?;
    match std::str::from_utf8(&bytes).map_err(|_| wrong())?.trim_end_matches('\r') {
        "" => Err(CliError::MissingArgument { argument: argument.to_owned() }.into()),
        secret => Ok(SecretString::from(secret)),
    }
}

/// Standard input without the buffer of the standard library, which would keep a code until the program ends.
#[cfg(unix)]
fn unbuffered() -> io::Result<File> {
    use std::os::fd::AsFd;

    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// The same.
#[cfg(windows)]
fn unbuffered() -> io::Result<File> {
    use std::os::windows::io::AsHandle;

    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// The digits of one line; `None` where it is no code, or longer than any.
fn code_line(input: &mut impl Read) -> io::Result<Option<Digits>> {
    let read = line(input, CODE_LINE)?;
    Ok(read.and_then(|bytes| std::str::from_utf8(&bytes).ok().and_then(|text| Digits::parse(text.trim()))))
}

/// One line without its end, shorter than `cap`; `None` where it is not.
fn line(input: &mut impl Read, cap: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    // Never grown: what it held would be left behind.
    let mut line = Zeroizing::new(Vec::with_capacity(cap));
    let mut byte = Zeroizing::new([0_u8]);
    while line.len() < cap {
        match input.read_exact(byte.as_mut_slice()) {
            Ok(()) if byte[0] == b'\n' => break,
            Ok(()) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok((line.len() < cap).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each line of an input is, as digits that are none of anybody's.
    fn lines(mut input: &[u8], count: usize) -> Vec<Option<String>> {
        let mut read = || code_line(&mut input).expect("a line").map(|code| code.reveal().to_vec());
        (0..count).map(|_| read().map(|digits| String::from_utf8(digits).expect("digits"))).collect()
    }

    #[test]
    fn codes_stand_one_a_line_and_nothing_behind_a_line_is_taken() {
        let code = |digits: &str| Some(digits.to_owned());
        assert_eq!(lines(b"1234\n 567890 \r\n87654321", 4), [code("1234"), code("567890"), code("87654321"), code("")]);
        let mut input = &b"1234\n{}"[..];
        assert!(code_line(&mut input).is_ok_and(|code| code.is_some()));
        assert_eq!(input, b"{}", "what follows is left for who reads next");
    }

    #[test]
    fn a_line_that_is_no_code_or_has_no_end_is_none() {
        assert_eq!(lines(b"12a4\n123456789\n\xFF\xFF\n1234", 4), [None, None, None, Some("1234".to_owned())]);
        let endless = vec![b' '; 4 * CODE_LINE];
        let mut input = &endless[..];
        assert!(code_line(&mut input).is_ok_and(|code| code.is_none()));
        assert_eq!(input.len(), 3 * CODE_LINE, "no more is read than a code can be");
    }
}
