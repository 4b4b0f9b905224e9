//! A mail server on loopback: `mailin` speaks the protocol, and lines can be dropped wherever a test likes.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};

/// What goes wrong with the next message, once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection dies when this command comes.
    CloseAt(&'static str),
    /// The message is taken, and the connection dies before the answer.
    CloseAfterDot,
    /// The connection dies in the middle of the content.
    CloseInContent,
    /// Nothing is answered to this command.
    HangAt(&'static str),
    /// This command is answered after a while.
    AnswerLate(&'static str),
    /// The content is refused with this code.
    RefuseContent(u16),
    /// This command is answered with this code; 421 ends the connection too.
    Answer(&'static str, u16),
    /// The greeting is this code.
    Greet(u16),
    /// The message is taken, and nothing is answered.
    HangAfterDot,
}

#[derive(Default)]
struct State {
    /// Recipient and message.
    messages: Vec<(String, String)>,
    connections: usize,
    asks_for_login: bool,
    keeps_no_content: bool,
    /// Whether the next message is thrown away.
    discards: bool,
    logins: Vec<(String, String)>,
    faults: Vec<Fault>,
    /// Recipients that are refused, with the code.
    refused: Vec<(String, u16)>,
}

#[derive(Clone)]
pub struct PostOffice {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl PostOffice {
    pub fn open() -> PostOffice {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let office = PostOffice {
            port: listener.local_addr().unwrap().port(),
            state: Arc::default(),
        };
        let served = office.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let served = served.clone();
                thread::spawn(move || served.serve(stream.unwrap()));
            }
        });
        office
    }

    /// Every message that was taken: recipient and content.
    pub fn messages(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().messages.clone()
    }

    /// How many messages were taken.
    pub fn count(&self) -> usize {
        self.state.lock().unwrap().messages.len()
    }

    /// The recipients of all messages, sorted.
    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = self.messages().into_iter().map(|(to, _)| to).collect();
        all.sort();
        all
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    pub fn logins(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().logins.clone()
    }

    /// What goes wrong next, in this order.
    pub fn fault(&self, fault: Fault) -> &Self {
        self.state.lock().unwrap().faults.push(fault);
        self
    }

    pub fn refuse(&self, recipient: &str, code: u16) -> &Self {
        self.state
            .lock()
            .unwrap()
            .refused
            .push((recipient.to_owned(), code));
        self
    }

    /// From now on only the recipients of messages are kept.
    pub fn keep_no_content(&self) {
        self.state.lock().unwrap().keeps_no_content = true;
    }

    /// From now on only who logs in may send.
    pub fn ask_for_login(&self) {
        self.state.lock().unwrap().asks_for_login = true;
    }

    pub fn take_everybody(&self) {
        self.state.lock().unwrap().refused.clear();
    }

    /// Whether this fault is the next one; then it is over.
    fn meets(&self, is_it: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        let is_next = state.faults.first().is_some_and(is_it);
        is_next.then(|| state.faults.remove(0))
    }

    fn serve(&self, stream: TcpStream) {
        self.state.lock().unwrap().connections += 1;
        stream.set_nodelay(true).unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        let desk = Desk {
            office: self.clone(),
            to: String::new(),
            content: Vec::new(),
        };
        let mut builder = SessionBuilder::new("mail.example.org");
        if self.state.lock().unwrap().asks_for_login {
            builder.insecure_enable_plaintext_auth();
            builder.enable_auth(AuthMechanism::Plain);
        }
        let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), desk);
        let mut is_content = false;
        if let Some(Fault::Greet(code)) = self.meets(|f| matches!(f, Fault::Greet(_))) {
            let _ = out.write_all(format!("{code} go away\r\n").as_bytes());
            return;
        }
        let mut answer = session.greeting();
        loop {
            if out.write_all(&answer.buffer().unwrap()).is_err() {
                return;
            }
            answer = loop {
                let mut line = Vec::new();
                if reader.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                    return;
                }
                if is_content && self.meets(|f| *f == Fault::CloseInContent).is_some() {
                    return;
                }
                if !is_content && self.is_late(&line) {
                    thread::sleep(std::time::Duration::from_millis(1300));
                }
                if !is_content && self.is_stopped(&line) {
                    return;
                }
                if let Some(code) = (!is_content).then(|| self.answer_to(&line)).flatten() {
                    let _ = out.write_all(format!("{code} not now\r\n").as_bytes());
                    if code == 421 {
                        return;
                    }
                    continue;
                }
                let refusal = (is_content && line == b".\r\n")
                    .then(|| self.meets(|f| matches!(f, Fault::RefuseContent(_))));
                if let Some(Some(Fault::RefuseContent(code))) = refusal {
                    // To the session it was taken: it would not go on after a refusal.
                    self.state.lock().unwrap().discards = true;
                    session.process(&line);
                    let _ = out.write_all(format!("{code} not like this\r\n").as_bytes());
                    is_content = false;
                    continue;
                }
                let answer = session.process(&line);
                match answer.action {
                    Action::Close => {
                        let _ = out.write_all(&answer.buffer().unwrap());
                        return;
                    }
                    Action::NoReply => {}
                    _ => break answer,
                }
            };
            if is_content && self.meets(|f| *f == Fault::CloseAfterDot).is_some() {
                return;
            }
            if is_content && self.meets(|f| *f == Fault::HangAfterDot).is_some() {
                hang();
                return;
            }
            is_content = answer.code == 354;
        }
    }

    fn is_stopped(&self, line: &[u8]) -> bool {
        let line = String::from_utf8_lossy(line).to_uppercase();
        let closes = |fault: &Fault| match fault {
            Fault::CloseAt(command) | Fault::HangAt(command) => line.starts_with(command),
            _ => false,
        };
        let met = self.meets(closes);
        if let Some(Fault::HangAt(_)) = met {
            hang();
        }
        met.is_some()
    }

    fn is_late(&self, line: &[u8]) -> bool {
        let line = String::from_utf8_lossy(line).to_uppercase();
        let is_late = |fault: &Fault| matches!(fault, Fault::AnswerLate(command) if line.starts_with(command));
        self.meets(is_late).is_some()
    }

    fn answer_to(&self, line: &[u8]) -> Option<u16> {
        let line = String::from_utf8_lossy(line).to_uppercase();
        let answers =
            |fault: &Fault| matches!(fault, Fault::Answer(command, _) if line.starts_with(command));
        match self.meets(answers) {
            Some(Fault::Answer(_, code)) => Some(code),
            _ => None,
        }
    }
}

/// For longer than anybody waits.
fn hang() {
    thread::sleep(std::time::Duration::from_secs(3));
}

struct Desk {
    office: PostOffice,
    to: String,
    content: Vec<u8>,
}

impl Handler for Desk {
    fn rcpt(&mut self, to: &str) -> Response {
        self.to = to.trim_start_matches('<').trim_end_matches('>').to_owned();
        let state = self.office.state.lock().unwrap();
        let refused = state.refused.iter().find(|(name, _)| *name == self.to);
        match refused {
            Some((_, code)) => Response::custom(*code, format!("no room for {to}")),
            None => response::OK,
        }
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, _: &[String]) -> Response {
        self.content.clear();
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.content.extend(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mut content = String::from_utf8(std::mem::take(&mut self.content)).unwrap();
        let mut state = self.office.state.lock().unwrap();
        if std::mem::take(&mut state.discards) {
            return response::OK;
        }
        if state.keeps_no_content {
            content.clear();
        }
        state.messages.push((self.to.clone(), content));
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        let login = (user.to_owned(), password.to_owned());
        self.office.state.lock().unwrap().logins.push(login);
        match password {
            "right" => response::AUTH_OK,
            _ => response::INVALID_CREDENTIALS,
        }
    }
}
