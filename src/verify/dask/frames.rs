//! Dask's wire format: length-prefixed frames, the first of which is msgpack. Pure reading and writing.
//! Must not know what the messages mean.
use std::io::{Error, ErrorKind};

use rmpv::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest message and most frames that are read.
const LONGEST: u64 = 64 << 20;
const MOST: u64 = 10_000;

/// A map with text keys.
pub fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// A value of a map with text keys.
pub fn field<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let pairs = value.as_map()?;
    pairs.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

/// Writes one message of one frame.
pub async fn write(stream: &mut (impl AsyncWrite + Unpin), body: &Value) -> std::io::Result<()> {
    let mut frame = Vec::new();
    rmpv::encode::write_value(&mut frame, body).map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
    let length = frame.len() as u64;
    let mut message = Vec::with_capacity(frame.len() + 24);
    for number in [length + 16, 1, length] {
        message.extend_from_slice(&number.to_le_bytes());
    }
    message.append(&mut frame);
    stream.write_all(&message).await?;
    stream.flush().await
}

/// Reads one message; its msgpack part. Further frames, which parts of it may point into, are read over.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Value> {
    // The first number is no sum: buffers after the first uncompressed one are not counted in it (`_add_frames_header`).
    let (counted, count) = (stream.read_u64_le().await?, stream.read_u64_le().await?);
    if counted > LONGEST || count == 0 || count > MOST {
        return Err(not_dask());
    }
    let mut lengths = Vec::new();
    for _ in 0..count {
        lengths.push(stream.read_u64_le().await?);
    }
    if lengths.iter().fold(0_u64, |sum, length| sum.saturating_add(*length)) > LONGEST {
        return Err(not_dask());
    }
    let mut frames = Vec::new();
    for length in lengths {
        let mut frame = vec![0; usize::try_from(length).map_err(|_| not_dask())?];
        stream.read_exact(&mut frame).await?;
        frames.push(frame);
    }
    let mut first = frames.first().map(Vec::as_slice).ok_or_else(not_dask)?;
    rmpv::decode::read_value(&mut first).map_err(|_| not_dask())
}

fn not_dask() -> Error {
    Error::new(ErrorKind::InvalidData, "not a message of Dask's protocol")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_is_read_as_it_was_written() {
        let body = map([("op", "identity".into()), ("reply", true.into())]);
        let mut bytes = Vec::new();
        write(&mut bytes, &body).await.unwrap();
        assert_eq!(read(&mut bytes.as_slice()).await.unwrap(), body);
    }

    /// Two results of one broadcast, as distributed 2026.3.0 sends them: the last buffer is not in the first number.
    #[tokio::test]
    async fn buffers_that_the_first_number_leaves_out_are_read_over() {
        let mut body = Vec::new();
        rmpv::encode::write_value(&mut body, &map([("status", "OK".into())])).unwrap();
        let lengths = [body.len() as u64, 3, 2];
        let mut bytes = Vec::new();
        for number in [8 * 4 + lengths[0] + 3, 3, lengths[0], lengths[1], lengths[2]] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(b"abcde");
        write(&mut bytes, &"next".into()).await.unwrap();
        let mut stream = bytes.as_slice();
        assert_eq!(field(&read(&mut stream).await.unwrap(), "status"), Some(&"OK".into()));
        assert_eq!(read(&mut stream).await.unwrap(), "next".into());
    }

    #[tokio::test]
    async fn what_is_no_dask_is_refused_before_memory_is_given_to_it() {
        assert!(read(&mut b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice()).await.is_err());
        let huge = [16_u64, 1, u64::MAX].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
        assert!(read(&mut huge.as_slice()).await.is_err());
    }
}
