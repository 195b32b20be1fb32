//! Dask's wire format: length-prefixed frames, the first of which is msgpack. Pure reading and writing.
//! Must not know what the messages mean.
use std::io::{Error, ErrorKind};

use rmpv::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest msgpack part: what a scheduler says of itself is some kilobytes, and a value takes forty times its bytes in memory.
const LONGEST: u64 = 4 << 20;
/// Deepest nesting that is followed.
const DEEPEST: usize = 64;
/// Longest buffers in all, which are read over, and most frames.
const LONGEST_BUFFERS: u64 = 64 << 20;
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
    if counted > LONGEST + LONGEST_BUFFERS || count == 0 || count > MOST {
        return Err(not_dask());
    }
    let length = stream.read_u64_le().await?;
    let mut buffers = 0_u64;
    for _ in 1..count {
        buffers = buffers.saturating_add(stream.read_u64_le().await?);
    }
    if length > LONGEST || buffers > LONGEST_BUFFERS {
        return Err(not_dask());
    }
    let mut packed = Vec::new();
    exactly(stream, length, &mut packed).await?;
    exactly(stream, buffers, &mut tokio::io::sink()).await?;
    rmpv::decode::read_value_with_max_depth(&mut packed.as_slice(), DEEPEST).map_err(|_| not_dask())
}

/// Moves so many bytes on as they come; memory is taken for what came, not for what was announced.
async fn exactly(
    stream: &mut (impl AsyncRead + Unpin),
    length: u64,
    to: &mut (impl AsyncWrite + Unpin),
) -> std::io::Result<()> {
    let came = tokio::io::copy(&mut stream.take(length), to).await?;
    if came == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
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

    /// Forty bytes of memory for each byte of it, or a stack overflow.
    #[tokio::test]
    async fn a_message_that_would_grow_without_end_is_refused() {
        let message = |packed: Vec<u8>| {
            let length = packed.len() as u64;
            let head = [length + 16, 1, length].into_iter().flat_map(u64::to_le_bytes);
            head.chain(packed).collect::<Vec<u8>>()
        };
        let nested = message([vec![0x91; 100_000], vec![0xc0]].concat());
        assert!(read(&mut nested.as_slice()).await.is_err());
        let long = message(vec![0xc0; usize::try_from(LONGEST).unwrap() + 1]);
        assert!(read(&mut long.as_slice()).await.is_err());
        let cut = message(vec![0xc0; 8]);
        assert!(read(&mut &cut[..cut.len() - 1]).await.is_err());
    }

    #[tokio::test]
    async fn what_is_no_dask_is_refused_before_memory_is_given_to_it() {
        assert!(read(&mut b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice()).await.is_err());
        let huge = [16_u64, 1, u64::MAX].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
        assert!(read(&mut huge.as_slice()).await.is_err());
    }
}
