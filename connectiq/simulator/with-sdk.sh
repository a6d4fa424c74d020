#!/bin/sh
# What only Garmin's own tools can tell: does the compiler take the widget for every watch, do its (:test) functions pass
# in Garmin's simulator? Uses the SDK where monkeyc is on the PATH, else the image that CIQ_TESTER_IMAGE names (one made
# of matco/connectiq-tester); where there is neither it says "not run" and exits 77.
#
#   connectiq/simulator/with-sdk.sh                 tests on fenix7, then builds for all watches of the manifest
#   connectiq/simulator/with-sdk.sh fr245 venu3     tests and builds for these
#
# DEVELOPER_KEY names the key to sign with; without it a key is made for this run.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

with_sdk() {
    key=${DEVELOPER_KEY:-$work/key.der}
    if [ -z "${DEVELOPER_KEY:-}" ]; then
        openssl genrsa -out "$work/key.pem" 4096 2>/dev/null
        openssl pkcs8 -topk8 -inform PEM -outform DER -in "$work/key.pem" -out "$key" -nocrypt
    fi
    for device in ${*:-fenix7}; do
        echo "tests on $device"
        monkeyc -f "monkey.jungle;tests.jungle" -d "$device" -o "$work/tests.prg" -y "$key" -t -l 3
        # the simulator must run (connectiq &); monkeydo exits 0 whatever the tests say: its last line is what counts
        monkeydo "$work/tests.prg" "$device" -t | tee "$work/result"
        tail -n 1 "$work/result" | grep -q '^PASSED'
    done
    for device in ${*:-$(sed -n 's/.*<iq:product id="\([^"]*\)".*/\1/p' manifest.xml)}; do
        echo "build for $device"
        monkeyc -f monkey.jungle -d "$device" -o "$work/wristgate.prg" -y "$key" -r -l 3
        wc -c <"$work/wristgate.prg" | sed "s/^/  $device: /; s/\$/ bytes/"
    done
}

# The image builds monkey.jungle alone, so that the tests' source is added to a copy of it.
with_image() {
    cp -R manifest.xml source test resources resources-deu resources-launcher "$work"
    cat monkey.jungle tests.jungle >"$work/monkey.jungle"
    for device in ${*:-fenix7}; do
        docker run --rm --network none -v "$work:/app" -w /app "$CIQ_TESTER_IMAGE" --device="$device"
    done
}

if command -v monkeyc >/dev/null; then
    with_sdk "$@"
elif [ -n "${CIQ_TESTER_IMAGE:-}" ] && command -v docker >/dev/null; then
    with_image "$@"
else
    echo "not run: there is no monkeyc on the PATH, and no docker with an image named by CIQ_TESTER_IMAGE"
    exit 77
fi
