#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Walks both papers through a running server, over HTTP and nothing else:
# walk.sh DIR VANTHU URL [FILE.pdf]. DIR: what province.sh made. Every step
# prints what happens in the office and what came back; any refusal ends it.
# What the reader may want to look at afterwards goes to DIR/last (name=value).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$(cd "$1" && pwd) vanthu=$2 url=$3 own=${4:-}
work=$(mktemp -d "$dir/walk.XXXXXX")
trap 'rm -rf "$work"' EXIT
step=0

bold= plain=
[ ! -t 1 ] || bold=$'\e[1m' plain=$'\e[0m'

say() { # Vietnamese, what happened
	step=$((step + 1))
	printf '%s%2d. %s%s\n    %s\n' "$bold" $step "$1" "$plain" "$2"
}

fail() { # why, exit status
	printf '\nLỗi / failed: %s\n' "$1" >&2
	exit "${2:-1}"
}

# One request as one person. The answer lands in $work/answer; what is not 2xx
# is printed as the server says it.
ask() { # who method path [curl options]
	local who=$1 method=$2 path=$3 status
	shift 3
	status=$(curl -sS -o "$work/answer" -w '%{http_code}' -X "$method" \
	    -H @<(printf 'Authorization: Bearer %s' "$(cat "$dir/tokens/$who")") \
	    -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" "$@" \
	    "$url$path") || fail "$method $url$path"
	case "$status" in
	2??) return 0 ;;
	esac
	jq -r '"\(.vi)\n  \(.en)\n  \(.detail // "")  [\(.code)]"' \
	    <"$work/answer" >"$work/why" 2>/dev/null ||
	    cp "$work/answer" "$work/why"
	# The demo's own files are good: one that is refused is the reader's.
	local rc=1
	case "$own:$status" in ?*:413 | ?*:422) rc=65 ;; esac
	fail "$method $path: $status
  $(cat "$work/why")" $rc
}

get() { jq -r "$1" <"$work/answer"; }

# Has the answer a receipt, and does it verify without the server?
receipt() {
	get .receipt.cbor | base64 -d >"$work/receipt"
	"$vanthu" receipt "$work/receipt" >"$work/receipt.json" ||
	    fail "the receipt of act $(get .act) does not verify"
	cp "$work/receipt" "$dir/out/receipt-$(get .index).cbor"
	printf 'receipt %s verified' "$(get .index)"
}

# An act of a paper, on the version that is there. PIN: from a file.
act() { # who paper act [key whose PIN] [JSON object of more fields]
	local who=$1 paper=$2 name=$3 key=${4:-} more=${5:-}
	[ -n "$more" ] || more='{}'
	ask "$who" GET "/v1/papers/$paper"
	local rev
	rev=$(get .rev)
	jq -n --arg act "$name" --argjson more "$more" \
	    --rawfile pin "${key:+$dir/pins/}${key:-/dev/null}" \
	    '{act: $act} + $more +
	    (if $pin == "" then {} else {pin: ($pin | rtrimstr("\n"))} end)' \
	    >"$work/body"
	ask "$who" POST "/v1/papers/$paper/acts" -H "If-Match: \"$rev\"" \
	    -H 'Content-Type: application/json' --data-binary "@$work/body"
}

upload() { # who file -> id
	ask "$1" POST /v1/uploads -H 'Content-Type: application/octet-stream' \
	    -T "$2"
	get .upload
}

main_hash() { # who paper
	ask "$1" GET "/v1/papers/$2"
	get '.parts[0].sha256'
}

number_of() { # who paper
	ask "$1" GET "/v1/papers/$2"
	get .number.text
}

# The last word: downloaded, judged by the server and by the command line.
judge() { # who paper file signatures
	local out=$dir/out/$3 got
	ask "$1" GET "/v1/papers/$2/parts/1/validation"
	[ "$(get .overall)" = TOTAL-PASSED ] ||
	    fail "the server finds $3 $(get .overall): $(get -c .signatures)"
	ask "$1" GET "/v1/papers/$2/parts/1/content"
	cp "$work/answer" "$out"
	"$vanthu" verify --json --anchors "$dir/anchors.pem" "$out" \
	    >"$work/verdict" || fail "vanthu verify $out: $(cat "$work/verdict")"
	got=$(jq -r '[.signatures[] | select(.indication == "TOTAL-PASSED")] |
	    length' <"$work/verdict")
	[ "$(jq -r .overall <"$work/verdict")" = TOTAL-PASSED ] &&
	    [ "$got" = "$(jq '.signatures | length' <"$work/verdict")" ] &&
	    [ "$got" -ge "$4" ] ||
	    fail "$out: $(cat "$work/verdict")"
	say "Kiểm tra ${out##*/}: cả $got chữ ký đều hợp lệ" \
	    "$got of $got signatures TOTAL-PASSED, by the server and by vanthu verify"
}

remember() { printf '%s=%s\n' "$1" "$2" >>"$work/last"; }

# --- (a) a letter of the Department to the commune ---

printf '\n%s(a) Công văn của Sở KH&CN mẫu (H99.07) gửi UBND xã An Mẫu (H99.31)%s\n' \
    "$bold" "$plain"
if [ -n "$own" ]; then
	letter=$own name=$(basename "$own")
	jq --arg s "Văn bản thử từ tệp $name" '.subject = $s' \
	    "$here/letter-meta.json" >"$work/meta"
else
	letter=$work/letter.pdf name=cong-van.pdf
	"$vanthu" render letter "$here/letter.json" -o "$letter"
	cp "$here/letter-meta.json" "$work/meta"
fi
"$here/xlsx.py" "$work/annex.xlsx"
main=$(upload skhcn-officer "$letter")
annex=$(upload skhcn-officer "$work/annex.xlsx")
jq -n --slurpfile meta "$work/meta" --arg main "$main" --arg annex "$annex" \
    --arg name "$name" '{direction: "out", meta: $meta[0], files: [
    {upload: $main, name: $name, media_type: "application/pdf"},
    {upload: $annex, name: "bang-ke-thiet-bi.xlsx", media_type:
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}]}' \
    >"$work/body"
ask skhcn-officer POST /v1/papers -H 'Content-Type: application/json' \
    --data-binary "@$work/body"
paper=$(get .paper)
say 'Chuyên viên đưa dự thảo vào: một tệp PDF, một bảng kê xlsx' \
    "paper $paper, $(receipt)"
remember paper "$paper"

act skhcn-officer "$paper" submit '' '{"initials": 1,
    "note": "Kính trình Giám đốc xem xét, ký ban hành."}'
say 'Chuyên viên trình; các trường số, ngày, chữ ký được đặt sẵn vào tệp' \
    "main file is now $(get .sha256 | cut -c1-16)…, $(receipt)"

act skhcn-leader "$paper" approve '' \
    "{\"main\": \"$(main_hash skhcn-leader "$paper")\", \"note\": \"Đồng ý.\"}"
say 'Giám đốc duyệt đúng bản đã đọc (theo mã băm)' "$(receipt)"

act skhcn-officer "$paper" initial skhcn-officer
say 'Chuyên viên ký nháy bằng khóa của mình' "$(receipt)"

act skhcn-leader "$paper" sign skhcn-leader '{"number_first": true}'
proof=$(receipt)
number=$(number_of skhcn-leader "$paper")
say "Giám đốc ký; số $number được cấp và nằm trong bản được ký" \
    "order A: number $number, signed, $proof"

act skhcn-clerk "$paper" seal skhcn-seal
say 'Văn thư ký số của cơ quan, sau người có thẩm quyền' "sealed, $(receipt)"

act skhcn-clerk "$paper" issue
say 'Văn thư phát hành' "issued, $(receipt)"

act skhcn-clerk "$paper" dispatch
say 'Văn thư gửi tới nơi nhận' "one delivery waits for H99.31, $(receipt)"

ask skhcn-clerk GET "/v1/papers/$paper/deliveries"
delivery=$(get '.deliveries[0].id')
ask anmau-clerk GET /v1/deliveries
[ "$(get "[.deliveries[] | select(.id == \"$delivery\")] | length")" = 1 ] ||
    fail "delivery $delivery is not in the inbox of H99.31"
ask anmau-clerk POST "/v1/deliveries/$delivery/acts" \
    -H 'Content-Type: application/json' --data-binary '{"act": "receive"}'
arrival=$(get .arrival) received=$(get .paper)
say "Văn thư xã tiếp nhận, vào sổ: số đến $arrival" \
    "received as paper $received, arrival number $arrival, $(receipt)"
remember received "$received"
remember receipt "$dir/out/receipt-$(get .index).cbor"

for _ in $(seq 100); do
	ask skhcn-clerk GET "/v1/papers/$paper/deliveries"
	state=$(get '.deliveries[0].state')
	[ "$state" != registered ] || break
	sleep 0.1
done
[ "$state" = registered ] || fail "the delivery is still \"$state\""
say 'Sở biết xã đã vào sổ, và giữ biên nhận của xã' \
    "delivery registered: $(get '.deliveries[0].note')"
judge anmau-clerk "$received" "cong-van-${number%%/*}.pdf" 3
remember letter "$dir/out/cong-van-${number%%/*}.pdf"

# --- (b) a result for a citizen ---

printf '\n%s(b) Thông báo kết quả cho công dân%s\n' "$bold" "$plain"
jq '. + {notation: "TB-SKHCN", holder_fact: "0123"}' "$here/notice.json" \
    >"$work/body"
ask skhcn-officer POST /v1/results -H 'Content-Type: application/json' \
    --data-binary "@$work/body"
result=$(get .paper) code=$(get .code)
say 'Chuyên viên lập thông báo từ dữ liệu hồ sơ: PDF, mã QR, mã tra cứu' \
    "paper $result, code $code, $(receipt)"
remember result "$result"
remember code "$code"

act skhcn-officer "$result" submit
act skhcn-leader "$result" approve '' \
    "{\"main\": \"$(main_hash skhcn-leader "$result")\"}"
say 'Trình và duyệt' "$(receipt)"

act skhcn-leader "$result" sign skhcn-leader '{"number_first": false}'
say 'Giám đốc ký trước, chưa có số' "order B: signed, $(receipt)"

act skhcn-clerk "$result" number
proof=$(receipt)
number=$(number_of skhcn-clerk "$result")
say "Văn thư cấp số $number, điền vào trường đã đặt sẵn" \
    "number $number, $proof"

act skhcn-clerk "$result" seal skhcn-seal
act skhcn-clerk "$result" issue
say 'Văn thư ký số của cơ quan và phát hành' "sealed, issued, $(receipt)"

curl -sS -o "$work/answer" "$url/v1/results/$code"
[ "$(get .status)" = valid ] || fail "the public sees $(cat "$work/answer")"
say "Ai cũng tra được bằng mã: số $(get .number), người nhận $(get .holder)" \
    "public look-up: $(get .status), SHA-256 $(get .sha256 | cut -c1-16)…"
public=$(get .sha256)

status=$(curl -sS -o "$dir/out/cong-dan-$code.pdf" -w '%{http_code}' \
    --data-urlencode fact=0123 "$url/r/$code/download")
[ "$status" = 200 ] &&
    [ "$(sha256sum <"$dir/out/cong-dan-$code.pdf" | cut -d' ' -f1)" = "$public" ] ||
    fail "the citizen's download: $status"
say 'Công dân tải bản gốc bằng thông tin chỉ mình biết' \
    "the download has the SHA-256 that the look-up names"
judge skhcn-clerk "$result" "thong-bao-${number%%/*}.pdf" 2

mv "$work/last" "$dir/last"
