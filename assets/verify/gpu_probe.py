# Is an NVIDIA GPU really usable here? Asks the driver through ctypes, so that nothing needs to be installed: initialise, allocate,
# write, read back. Must hold nothing but the function: it is put in front of other scripts.
def gpu_probe():
    import ctypes, os, platform

    facts = {"host": platform.node(), "visible": os.environ.get("CUDA_VISIBLE_DEVICES")}
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        # AMD's compute device: there is a GPU, but not one that this can ask.
        verdict = "not-nvidia" if os.path.exists("/dev/kfd") else "no-driver-in-container"
        return {**facts, "verdict": verdict, "error": str(error)}

    def call(name, *arguments):
        code = getattr(driver, name)(*arguments)
        if code:
            words = ctypes.c_char_p()
            driver.cuGetErrorString(code, ctypes.byref(words))
            raise RuntimeError(f"{name}: {code} {(words.value or b'').decode()}")

    try:
        count, device, memory = ctypes.c_int(), ctypes.c_int(), ctypes.c_size_t()
        call("cuInit", 0)
        call("cuDeviceGetCount", ctypes.byref(count))
        if count.value == 0:
            return {**facts, "verdict": "no-device"}
        call("cuDeviceGet", ctypes.byref(device), 0)
        name = ctypes.create_string_buffer(100)
        call("cuDeviceGetName", name, 100, device)
        call("cuDeviceTotalMem_v2", ctypes.byref(memory), device)
        facts.update(count=count.value, name=name.value.decode(), memory_gib=round(memory.value / 2**30, 1))

        context, place, words = ctypes.c_void_p(), ctypes.c_uint64(), 1 << 20
        call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        call("cuCtxSetCurrent", context)
        call("cuMemAlloc_v2", ctypes.byref(place), ctypes.c_size_t(words * 4))
        call("cuMemsetD32_v2", place, ctypes.c_uint(0x2A2A2A2A), ctypes.c_size_t(words))
        last = (ctypes.c_uint * 4)()
        call("cuMemcpyDtoH_v2", last, ctypes.c_uint64(place.value + 4 * (words - 4)), ctypes.c_size_t(16))
        call("cuMemFree_v2", place)
        call("cuDevicePrimaryCtxRelease_v2", device)
        facts["verdict"] = "ok" if list(last) == [0x2A2A2A2A] * 4 else "wrong-data"
    except Exception as error:
        facts.update(verdict="driver-error", error=str(error))
    return facts
