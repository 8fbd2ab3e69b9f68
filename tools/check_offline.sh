#!/bin/bash
# Run the whole suite where there is no network: in a namespace of its own, whose one interface is loopback.
# Linux alone has these. Root may make one; others may where user namespaces are allowed (some systems forbid them).
set -eu -o pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-.venv/bin/python}"
if [ "${GEOMAP_INSIDE:-}" != 1 ]; then
  as=(unshare --net)
  "${as[@]}" true 2>/dev/null || as=(unshare --net --map-root-user)
  "${as[@]}" true 2>/dev/null || {
    echo "!! no network namespace can be made here (not Linux, or user namespaces are forbidden): nothing was shown" >&2
    exit 1
  }
  GEOMAP_INSIDE=1 exec "${as[@]}" bash "$0" "$@"
fi
"$python" - <<'END'
import errno, fcntl, socket, struct
# what `ip link set lo up` does, where there is no ip
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))
names = [name for _, name in socket.if_nameindex()]
assert names == ["lo"], names
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as error:
    assert error.errno == errno.ENETUNREACH, error
else:
    raise SystemExit("the network is there")
print("interfaces: lo, and no way out")
END
"$python" -m pytest -q -n 2 --dist loadscope "$@"
