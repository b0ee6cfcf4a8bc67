#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The measures of the walk, each in one run with the physical limit and a peer.
# bench.sh BUILD (an optimised build)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
cd "$here/../.."
ninja -C "$build" api/vanthu tests/bench/bench_sign \
    tests/bench/bench_register tests/bench/bench_http tests/bench/bench_edxml |
    tail -1
tests/interop/fetch.sh build-interop
peers=$(cd build-interop && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait; rm -rf "$work"' EXIT

python3 "$here/paper.py" "$work/paper.pdf"
echo "machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo "paper: $(stat -c %s "$work/paper.pdf") bytes"

echo
echo "== sign B-B in process, file mapped, tail to memory, one core"
printf '%-10s %10s %12s %8s %8s %8s\n' key ours/s limit/s share% min% max%
"$build/tests/bench/bench_sign" "$work/paper.pdf" "${ROUNDS:-15}" >"$work/sign.tsv"
awk -F'\t' 'NF>=6 {printf "%-10s %10s %12s %8s %8s %8s\n",$1,$2,$3,$4,$5,$6} $1=="memory" {print "anonymous + shared memory at the end:", $2}' "$work/sign.tsv"
echo "limit: 1 / (t_key + t_SHA256(file)), measured in turn with ours"

echo
echo "== the same beside pyHanko and EU DSS (JVM warm), P-256"
cd "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj /CN=bench -addext keyUsage=critical,digitalSignature,nonRepudiation \
    -keyout k.pem -out c.pem 2>/dev/null
openssl pkcs12 -export -inkey k.pem -in c.pem -passout pass:1234 -out k.p12
ours=$(awk -F'\t' '$1=="P-256" {print $2}' sign.tsv)
py=$("$peers/venv/bin/python" "$here/pyhanko_sign.py" paper.pdf k.p12 1234 5)
dss=$(java -cp "$peers/dss/target/dss-check-1.jar:$peers/dss/target/dependency/*" \
    DssSign paper.pdf k.p12 1234 8)
awk -v o="$ours" -v p="$py" -v d="$dss" 'BEGIN {
    printf "%-10s %10.0f /s\n%-10s %10.1f /s   ours is %.0f times as fast\n", "ours", o, "pyHanko", p, o/p
    printf "%-10s %10.1f /s   ours is %.1f times as fast\n", "EU DSS", d, o/d }'

echo
echo "== register a 200 KB paper through HTTP, receipt in hand"
token=bench-$(openssl rand -hex 16)
cat >province.json <<END
{"agencies":[{"code":"H99.07","name":"Bench","short":"B","people":[
 {"name":"Officer","roles":["officer"],"token":"$token"}]}]}
END
"$build/api/vanthu" init store --domain bench.example --province province.json >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$build/api/vanthu" serve store --listen "127.0.0.1:$port" \
    --anchors c.pem >serve.log 2>&1 &
server=$!
for _ in $(seq 100); do
	curl -fs -o /dev/null "http://127.0.0.1:$port/healthz" && break
	sleep 0.1
done
idle=$(awk '/RssAnon|RssShmem/ {n+=$2} END {print n}' "/proc/$server/status")
printf '%-10s %10s %12s %8s %8s %8s\n' clients ours/s LMDB/s share% min% max%
for clients in 1 32; do
	"$build/tests/bench/bench_register" "$port" "$token" "$work/lmdb$clients" \
	    "${ROUNDS_HTTP:-5}" $clients >reg.tsv
	awk -F'\t' -v c=$clients '$1=="register" {printf "%-10s %10s %12s %8s %8s %8s\n",c,$2,$3,$4,$5,$6}
	    $1 ~ /^latency/ {printf "           POST to receipt: p50 %s ms, p99 %s ms\n",$2,$3}' reg.tsv
	rm -rf "$work/lmdb$clients"
done
echo "LMDB: the same chunks, one paper a synced transaction, one writer, in turn"
echo "server memory (RssAnon + RssShmem): idle $idle KiB, after" \
    "$(awk '/RssAnon|RssShmem/ {n+=$2} END {print n}' "/proc/$server/status") KiB"

echo
echo "== answering, beside libmicrohttpd's bare hello and nginx, 4 clients"
head -c 1048576 /dev/urandom >large.bin
ask() { # method path curl-options
	curl -fsS -X "$1" -H "Authorization: Bearer $token" \
	    -H "Idempotency-Key: $RANDOM$RANDOM" "${@:3}" \
	    "http://127.0.0.1:$port$2"
}
upload=$(ask POST /v1/uploads --data-binary @large.bin \
    -H 'Content-Type: application/octet-stream' | jq -r .upload)
large=$(ask POST /v1/papers -H 'Content-Type: application/json' -d "{
    \"direction\":\"out\",\"meta\":{\"subject\":\"bench\"},
    \"files\":[{\"upload\":\"$upload\",\"name\":\"large.bin\"}]}" |
    jq -r .paper)
nginx_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >nginx.conf <<END
pid $work/nginx.pid; error_log $work/nginx.err; worker_processes 2;
events {} http { access_log off; sendfile on; client_body_temp_path $work/n1;
proxy_temp_path $work/n2; fastcgi_temp_path $work/n3; uwsgi_temp_path $work/n4;
scgi_temp_path $work/n5; keepalive_requests 1000000;
server { listen 127.0.0.1:$nginx_port; root $work; } }
END
chmod 755 "$work"
nginx -c "$work/nginx.conf" 2>/dev/null
printf '%-10s %10s %12s %8s %8s %8s\n' answer ours/s peer/s share% min% max%
"$build/tests/bench/bench_http" small "$port" "$token" "/v1/papers/$large" \
    "${ROUNDS_HTTP:-5}" "$server" >http.tsv
"$build/tests/bench/bench_http" large "$port" "$token" \
    "/v1/papers/$large/parts/1/content" "${ROUNDS_HTTP:-5}" "$server" \
    "$nginx_port" /large.bin "$(pgrep -P "$(cat nginx.pid)" | paste -sd,)" \
    >>http.tsv
kill "$(cat nginx.pid)"
awk -F'\t' '{printf "%-10s %10s %12s %8s %8s %8s\n",$1,$2,$3,$4,$5,$6}' http.tsv
echo "small: one paper's metadata, authenticated, beside \"hello\"; large: 1 MB," \
    "decrypted and authenticated, beside nginx with sendfile; CPU: of client" \
    "and server together for one answer, where less is better"

echo
echo "== edXML packets of two PDFs, file bytes, one core"
printf '%-14s %10s %12s %8s %8s %8s\n' packet ours-MB/s limit-MB/s share% min% max%
"$build/tests/bench/bench_edxml" "${ROUNDS:-15}" >edxml.tsv
awk -F'\t' 'NF>=6 {printf "%-14s %10s %12s %8s %8s %8s\n",$1,$2,$3,$4,$5,$6} $1~/^memory/ {m = m $1 " " $2 "\n"} END {printf "%s", m}' edxml.tsv
echo "limit: copy + SHA-256 + base64 (OpenSSL), in turn; ours hashes the packet too; memory: peak of RssAnon + RssShmem, from file to file"

echo
echo "== packet received and sent end to end, memory of the server and its workers"
flat=0
python3 "$here/packet_memory.py" "$build" | grep -v '^ok ' || flat=1
cat "$here/reasons.txt"
exit "$flat"
