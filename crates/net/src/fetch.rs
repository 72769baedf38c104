//! One request over `/dev/shadowbox/fetch`, whose answer is read as it comes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

const DEVICE: &str = "/dev/shadowbox/fetch";
const VERSION: u8 = 1;
const HEAD: usize = 8;
/// Bytes of a body in one frame.
const PIECE: usize = 65536;
const DECODE: u32 = 1;
const BODY: u32 = 2;

/// Headers in their order; values are bytes.
pub type Headers = Vec<(String, Vec<u8>)>;

/// What a request sends.
pub enum Body {
    None,
    Bytes(Vec<u8>),
    /// A reader and its length, if that is known.
    Stream(Box<dyn Read>, Option<u64>),
}

impl Body {
    /// None: no body; inner none: of unknown length.
    pub fn length(&self) -> Option<Option<u64>> {
        match self {
            Body::None => None,
            Body::Bytes(bytes) => Some(Some(bytes.len() as u64)),
            Body::Stream(_, length) => Some(*length),
        }
    }
}

pub struct Request<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: &'a Headers,
    /// Ask for a compressed body and let the host decode it.
    pub decode: bool,
    /// Milliseconds until it is given up; 0: the policy's limit.
    pub time_ms: u32,
    /// Milliseconds until there has to be a connection; 0: as long as the whole.
    pub connect_ms: u32,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The device cannot be opened, or the host left.
    Device(io::Error),
    /// The host's word: `denied`, `resolve`, `connect` … and a text for people.
    Host { code: String, text: String },
    /// What was to be sent cannot be read.
    Body(io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Failure::Device(error) => write!(to, "the network cannot be used: {error}"),
            Failure::Host { text, .. } => write!(to, "{text}"),
            Failure::Body(error) => write!(to, "cannot read what is to be sent: {error}"),
        }
    }
}

/// An answer: what the server said first, and its body through [`Response::read`].
pub struct Response {
    pub status: u32,
    /// Microseconds until the name was resolved, the connection made and secured.
    pub times: [u32; 3],
    pub version: String,
    pub reason: String,
    pub address: String,
    pub headers: Headers,
    device: File,
    /// Bytes left in the DATA frame at hand.
    left: usize,
    ended: bool,
}

impl Response {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(each, _)| each.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Bytes of the body; 0 at its end.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, Failure> {
        while self.left == 0 && !self.ended {
            let (kind, length) = read_head(&mut self.device)?;
            match kind {
                2 => self.left = length,
                3 => self.ended = true,
                4 => return Err(read_error(&mut self.device, length)?),
                _ => return Err(strange()),
            }
        }
        if self.ended {
            return Ok(0);
        }
        let wanted = into.len().min(self.left);
        let count = self.device.read(&mut into[..wanted]).map_err(Failure::Device)?;
        if count == 0 {
            return Err(strange());
        }
        self.left -= count;
        Ok(count)
    }
}

/// Sends a request and waits for the head of its answer. `sent` hears how many bytes of the body went out.
pub fn fetch(request: &Request, body: Body, sent: &mut dyn FnMut(u64)) -> Result<Response, Failure> {
    let mut device = OpenOptions::new().read(true).write(true).open(DEVICE).map_err(Failure::Device)?;
    device.write_all(&encode(request, &body)).map_err(Failure::Device)?;
    send_body(&mut device, body, sent)?;
    let (kind, length) = read_head(&mut device)?;
    match kind {
        1 => read_response(device, length),
        4 => Err(read_error(&mut device, length)?),
        _ => Err(strange()),
    }
}

fn encode(request: &Request, body: &Body) -> Vec<u8> {
    let (has_body, length) = body.length().map_or((false, None), |length| (true, length));
    let flags = if request.decode { DECODE } else { 0 } | if has_body { BODY } else { 0 };
    let mut payload = Vec::new();
    payload.extend(flags.to_le_bytes());
    payload.extend(request.time_ms.to_le_bytes());
    payload.extend(length.unwrap_or(u64::MAX).to_le_bytes());
    put(&mut payload, request.method.as_bytes());
    put(&mut payload, request.url.as_bytes());
    payload.extend((request.headers.len() as u32).to_le_bytes());
    for (name, value) in request.headers {
        put(&mut payload, name.as_bytes());
        put(&mut payload, value);
    }
    payload.extend(request.connect_ms.to_le_bytes());
    frame(1, &payload)
}

fn send_body(device: &mut File, body: Body, sent: &mut dyn FnMut(u64)) -> Result<(), Failure> {
    let mut reader: Box<dyn Read> = match body {
        Body::None => return Ok(()),
        Body::Bytes(bytes) => Box::new(io::Cursor::new(bytes)),
        Body::Stream(reader, _) => reader,
    };
    let mut piece = vec![0; PIECE];
    loop {
        let count = reader.read(&mut piece).map_err(Failure::Body)?;
        let whole = if count == 0 { frame(3, &[]) } else { frame(2, &piece[..count]) };
        // A host that refused the request has said why, and reads no more.
        if device.write_all(&whole).is_err() || count == 0 {
            return Ok(());
        }
        sent(count as u64);
    }
}

fn read_response(mut device: File, length: usize) -> Result<Response, Failure> {
    let payload = read_payload(&mut device, length)?;
    let mut fields = Fields { bytes: &payload };
    let status = fields.number()?;
    let times = [fields.number()?, fields.number()?, fields.number()?];
    let version = fields.string()?;
    let reason = fields.string()?;
    let address = fields.string()?;
    let count = fields.number()?;
    let mut headers = Headers::new();
    for _ in 0..count {
        headers.push((fields.string()?, fields.sized()?.to_vec()));
    }
    Ok(Response { status, times, version, reason, address, headers, device, left: 0, ended: false })
}

fn read_error(device: &mut File, length: usize) -> Result<Failure, Failure> {
    let payload = read_payload(device, length)?;
    let mut fields = Fields { bytes: &payload };
    Ok(Failure::Host { code: fields.string()?, text: fields.string()? })
}

fn read_head(device: &mut File) -> Result<(u8, usize), Failure> {
    let mut head = [0; HEAD];
    device.read_exact(&mut head).map_err(Failure::Device)?;
    if head[4] != VERSION {
        return Err(strange());
    }
    Ok((head[5], u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize))
}

fn read_payload(device: &mut File, length: usize) -> Result<Vec<u8>, Failure> {
    let mut payload = vec![0; length];
    device.read_exact(&mut payload).map_err(Failure::Device)?;
    Ok(payload)
}

/// Fields of a payload: u32, and strings as u32 length and bytes.
struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Failure> {
        if count > self.bytes.len() {
            return Err(strange());
        }
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, Failure> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn sized(&mut self) -> Result<&'a [u8], Failure> {
        let length = self.number()? as usize;
        self.take(length)
    }

    fn string(&mut self) -> Result<String, Failure> {
        Ok(crate::latin1(self.sized()?))
    }
}

fn put(payload: &mut Vec<u8>, bytes: &[u8]) {
    payload.extend((bytes.len() as u32).to_le_bytes());
    payload.extend(bytes);
}

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend([VERSION, kind, 0, 0]);
    bytes.extend(payload);
    bytes
}

fn strange() -> Failure {
    Failure::Device(io::Error::new(io::ErrorKind::InvalidData, "the host does not keep to the protocol"))
}
