//! A web server on loopback: it serves files, and takes what is posted.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    files: BTreeMap<String, String>,
    /// What the next posts are answered; then 200. 0: the connection dies after the request.
    statuses: Vec<u16>,
}

#[derive(Clone)]
pub struct Web {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Web {
    pub fn open() -> Web {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let web = Web {
            port: listener.local_addr().unwrap().port(),
            state: Arc::default(),
        };
        let served = web.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let served = served.clone();
                thread::spawn(move || served.serve(stream.unwrap()));
            }
        });
        web
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Serves these files, by path without a `/` before it.
    pub fn serve_files(&self, files: BTreeMap<String, Vec<u8>>) {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let files = files.into_iter().map(|(path, bytes)| (path, text(bytes)));
        self.state.lock().unwrap().files = files.collect();
    }

    /// What was posted.
    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// Answers the next posts so; 0: not at all.
    pub fn answer(&self, statuses: &[u16]) -> &Self {
        self.state.lock().unwrap().statuses = statuses.to_vec();
        self
    }

    fn serve(&self, stream: TcpStream) {
        let mut out = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        let Some((method, request)) = read(&mut reader) else {
            return;
        };
        let path = request.path.trim_start_matches('/').to_owned();
        let mut state = self.state.lock().unwrap();
        let (status, body) = match method.as_str() {
            "GET" => match state.files.get(&path) {
                Some(body) => (200, body.clone()),
                None => (404, String::new()),
            },
            _ => {
                state.requests.push(request);
                let is_over = state.statuses.is_empty();
                (
                    if is_over {
                        200
                    } else {
                        state.statuses.remove(0)
                    },
                    String::new(),
                )
            }
        };
        drop(state);
        if status != 0 {
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nlocation: /elsewhere\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = out.write_all((head + &body).as_bytes());
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<(String, Request)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|&n| n > 0)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|&n| n > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|l| l.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    Some((
        method,
        Request {
            path,
            headers,
            body,
        },
    ))
}
