//! What `gpu_probe.py` found, wherever it ran. Must not know who ran it.
use serde_json::Value;

use crate::verify::{
    causes::ray as causes,
    rung::{Notes, Stop},
    script::said,
};

/// Whether a GPU can be used; `at` is the answer that would have to change.
pub fn usable(notes: &Notes, probe: &Value, at: &str) -> Result<(), Stop> {
    match said(probe, "/verdict") {
        "ok" => {
            let memory = probe.get("memory_gib").unwrap_or(&Value::Null);
            notes.seen(format!("it works: {}, {memory} GiB", said(probe, "/name")));
            Ok(())
        }
        causes::NOT_NVIDIA => Err(Stop::Skipped(causes::gpu_of_another_maker())),
        verdict => Err(causes::gpu_unusable(verdict, said(probe, "/error")).at(at).into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_gpu_that_is_only_counted_is_not_called_usable() {
        let judged = |probe: Value| usable(&Notes::default(), &probe, "ray.pools");
        assert!(judged(json!({"verdict": "ok", "name": "NVIDIA H200", "memory_gib": 139.8})).is_ok());
        assert!(matches!(judged(json!({"verdict": "not-nvidia"})), Err(Stop::Skipped(_))));
        for (verdict, code) in
            [("no-driver-in-container", "gpu-no-driver"), ("no-device", "gpu-no-device"), ("", "gpu-driver-error")]
        {
            let Err(Stop::Failed(problem)) = judged(json!({"verdict": verdict})) else {
                panic!("{verdict} is no failure")
            };
            assert_eq!((problem.code.as_str(), problem.at.as_deref()), (code, Some("ray.pools")));
        }
    }
}
