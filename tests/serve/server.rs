//! A server that runs, and a browser that is none.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Place;

/// What takes longer does not happen any more.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command that goes on, and what it prints.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

/// `policygen serve` on the repository of a place.
pub struct Server {
    pub running: Running,
    port: u16,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// What a browser hears.
pub struct Events(BufReader<TcpStream>);

impl Running {
    /// Starts policygen in the repository, on the first day of 2025.
    pub fn start(place: &Place, arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_policygen"));
        command.args(arguments).env_clear();
        command.args(["--date", "2025-01-01"]);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", place.folder().join("home"));
        command.current_dir(place.repo()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let errors = sender.clone();
        let pass = |from: Box<dyn Read + Send>, to: std::sync::mpsc::Sender<String>| {
            std::thread::spawn(move || {
                for line in BufReader::new(from).lines().map_while(Result::ok) {
                    let _ = to.send(line);
                }
            })
        };
        pass(Box::new(out), sender);
        pass(Box::new(err), errors);
        Running {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Waits until it says a line with these words; that line.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    assert!(!line.contains("panicked"), "{line}");
                    self.said.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(_) => panic!("never said `{words}`, but {:#?}", self.said),
            }
        }
    }

    /// What it said so far, as far as somebody waited for it.
    pub fn said(&self) -> String {
        self.said.join("\n")
    }

    /// Waits until it ends; its exit code, and all that it said.
    pub fn ends(&mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.said.extend(self.lines.iter());
        (code, self.said.join("\n"))
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Bytes of memory that it holds.
    pub fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Serves at a free port.
    pub fn start(place: &Place) -> Server {
        Server::with(place, &[])
    }

    pub fn with(place: &Place, arguments: &[&str]) -> Server {
        let mut all = vec!["serve", "--port", "0"];
        all.extend(arguments);
        let mut running = Running::start(place, &all);
        let line = running.says("serving http://");
        let port = line.trim_end_matches('/').rsplit(':').next().unwrap();
        Server {
            port: port.parse().unwrap(),
            running,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The answer to these bytes.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_string(),
        }
    }

    /// The answer to a request with these lines in its head.
    pub fn ask(&self, method: &str, target: &str, lines: &[&str]) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        let has_host = lines.iter().any(|line| line.starts_with("Host:"));
        if !has_host {
            request += &format!("Host: localhost:{}\r\n", self.port);
        }
        for line in lines {
            request += &format!("{line}\r\n");
        }
        self.raw((request + "\r\n").as_bytes())
    }

    pub fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[])
    }

    /// A page that is there.
    #[track_caller]
    pub fn page(&self, target: &str) -> String {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        answer.body
    }

    /// Hears of changes.
    pub fn events(&self) -> Events {
        let mut stream = self.connect();
        let request = "GET /assets/policygen-live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        Events(BufReader::new(stream))
    }

    /// What browsers are told now.
    pub fn told(&self) -> Value {
        self.events().next()
    }

    /// Does something, and waits until browsers are told of another site or other troubles.
    #[track_caller]
    pub fn change(&self, act: impl FnOnce()) -> Value {
        let mut events = self.events();
        let before = events.next();
        act();
        loop {
            let now = events.next();
            if now != before {
                return now;
            }
        }
    }

    /// Waits until an answer is as it should be.
    #[track_caller]
    pub fn until(&self, target: &str, is_right: impl Fn(&Answer) -> bool) -> Answer {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(target);
            if is_right(&answer) {
                return answer;
            }
            if Instant::now() > until {
                panic!("{target} stays {}: {}", answer.status, answer.body);
            }
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Waits until a page has these words.
    #[track_caller]
    pub fn shows(&self, target: &str, words: &str) -> Answer {
        self.until(target, |answer| {
            answer.status == 200 && answer.body.contains(words)
        })
    }

    /// Waits until there is no such page.
    #[track_caller]
    pub fn lacks(&self, target: &str) {
        self.until(target, |answer| answer.status == 404);
    }
}

impl Events {
    /// The next that is told.
    #[track_caller]
    pub fn next(&mut self) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            // The line is kept open with comments.
            assert!(Instant::now() < until, "nothing is told");
            let mut line = String::new();
            assert!(
                self.0.read_line(&mut line).unwrap() > 0,
                "nothing is told any more"
            );
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}
