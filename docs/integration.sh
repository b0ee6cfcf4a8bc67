#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A workflow system speaks to vanthu: docs/integration.md says how it works.
# Written against the contract (/docs) alone; needs bash, curl, jq.
#
#   integration.sh send FILE.pdf SUBJECT CODE...   a letter, from draft to sent
#   integration.sh receive                         everything that came, once
#
# VANTHU_URL    http://127.0.0.1:8480
# VANTHU_TOKEN  of the system's credential
# VANTHU_STATE  a folder of ours: where we are in the feed, our keys, receipts
# VANTHU_PAGE   how many of a list are asked for at once, 50
# VANTHU_SIGNER a program at the signers' tokens: `SIGNER cert sign|seal` prints
#               the certificate in DER, `SIGNER sign|seal` takes what is to be
#               signed and prints the signature; without it people sign at the
#               desk
set -euo pipefail

url=${VANTHU_URL:?} state=${VANTHU_STATE:?} token=${VANTHU_TOKEN:?}
patience=${VANTHU_PATIENCE:-600} # seconds that people may take
page=${VANTHU_PAGE:-50}
mkdir -p "$state/keys" "$state/receipts" "$state/todo"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

log() { printf '%(%H:%M:%S)T %s\n' -1 "$*" >&2; }
die() { log "$*"; exit 1; }
answer() { jq -r "$1" <"$work/body"; }
header() { # name: of the last answer
	tr -d '\r' <"$work/head" |
	    awk -v n="$1" 'BEGIN { n = tolower(n) ":" }
		tolower($1) == n { sub(/^[^ ]* /, ""); print }'
}

# One request. What may be tried again is tried again, unchanged, with the same
# key; what is refused is printed as the server says it. Sets $status.
ask() { # method path [curl options]
	local method=$1 path=$2 wait=1 try
	shift 2
	for try in 1 2 3 4 5 6; do
		status=$(curl -sS -X "$method" -o "$work/body" -D "$work/head" \
		    -H @<(printf 'Authorization: Bearer %s' "$token") \
		    -w '%{http_code}' "$@" "$url$path") || status=000
		case "$status" in
		2??) return 0 ;;
		000 | 502) ;; # no answer: we do not know, so we ask again
		*) [ "$(answer '.retryable // false')" = true ] || break ;;
		esac
		[ "$try" != 6 ] || break
		sleep "$(header Retry-After | grep -x '[0-9]*' || echo $wait)"
		wait=$((wait * 2))
	done
	log "$method $path: $status $(answer '"\(.code) \(.pointer // "")"' \
	    2>/dev/null || true)"
	return 1
}

# A key for something we want done once, whatever happens to us: made before
# the first try, found again after a crash.
key() { # name of the wish
	local f
	f=$state/keys/$(printf '%s' "$1" | sha256sum | cut -c1-32)
	[ -s "$f" ] || {
		cat /proc/sys/kernel/random/uuid >"$f.new"
		mv "$f.new" "$f"
	}
	cat "$f"
}

post() { # wish path json [curl options]
	local wish=$1 path=$2 json=$3
	shift 3
	ask POST "$path" -H "Idempotency-Key: $(key "$wish")" \
	    -H 'Content-Type: application/json' --data-binary "$json" "$@"
}

# The receipt proves what was done; it is kept before we go on.
keep_receipt() {
	answer .receipt.cbor | base64 -d >"$work/receipt"
	mv "$work/receipt" "$state/receipts/$(answer .index).cbor"
}

# An act on the paper as it is now. When somebody was faster (412) we look
# again: what we want may not be right any more. Ours are, as long as the paper
# is where we left it.
act() { # paper json
	local paper=$1 json=$2 was= try
	for try in 1 2 3 4 5; do
		ask GET "/v1/papers/$paper" || return 1
		[ "${was:=$(answer .state)}" = "$(answer .state)" ] ||
		    die "$paper: somebody made it $(answer .state)"
		post "$paper $json" "/v1/papers/$paper/acts" "$json" \
		    -H "If-Match: $(header ETag)" && break
		[ "$status" = 412 ] || return 1
	done
	[ "$status" != 412 ] || die "$paper: somebody else is at it"
	keep_receipt
	log "$paper: $(jq -r .act <<<"$json")"
}

upload() { # wish file; prints the upload's id
	local digest
	digest=$(sha256 "$2")
	ask POST /v1/uploads -H "Idempotency-Key: $(key "upload $1")" \
	    -H 'Content-Type: application/octet-stream' \
	    -H "Repr-Digest: sha-256=:$digest:" --data-binary "@$2" || return 1
	answer .upload
}

# Reads the feed from where we stopped and waits until the paper has reached one
# of these states. The place is kept after the event was dealt with, so that a crash
# shows it to us again rather than never.
wait_for() { # paper state|state...
	local paper=$1 want=$2 until=$((SECONDS + patience)) after
	after=$(cat "$state/after" 2>/dev/null || echo 0)
	while :; do
		ask GET "/v1/papers/$paper" || return 1
		[[ ! "$(answer .state)" =~ ^($want)$ ]] || return 0
		[ "$(answer .state)" != returned ] ||
		    die "$paper: sent back by the leader"
		[ $SECONDS -lt $until ] || die "$paper: not $want in time"
		ask GET "/v1/events?after=$after&wait=5" || return 1
		after=$(answer .after)
		printf '%s\n' "$after" >"$state/after.new"
		mv "$state/after.new" "$state/after"
	done
}

sha256() { openssl dgst -sha256 -binary "$1" | base64; }

# The signed file, resumed where it broke off. It gets its name when it is whole
# and has the digest that the server says.
fetch() { # paper file
	local path=/v1/papers/$1/parts/1/content part=$2.part try tag want
	[ ! -f "$2" ] || return 0
	for try in 1 2 3; do
		ask HEAD "$path" -I || return 1
		tag=$(header ETag)
		want=$(header Repr-Digest | sed 's/^sha-256=:\(.*\):$/\1/')
		[ "$(cat "$part.etag" 2>/dev/null)" = "$tag" ] || rm -f "$part"
		printf '%s\n' "$tag" >"$part.etag"
		[ -f "$part" ] && [ "$(sha256 "$part")" = "$want" ] ||
		    curl -sS -C - -o "$part" -H "If-Range: $tag" -H @<(printf \
		    'Authorization: Bearer %s' "$token") "$url$path" || continue
		[ "$(sha256 "$part")" != "$want" ] || break
		rm -f "$part"
	done
	[ -f "$part" ] || die "$2 is not what the server has"
	mv "$part" "$2"
	rm -f "$part.etag"
}

# Signing with a token that is here, where its holder sits: the server says what
# is to be signed, the holder enters the PIN, the signature goes back. What was
# prepared holds for minutes; then there is another.
two_step() { # paper sign|seal
	local try json
	json=$("$VANTHU_SIGNER" cert "$2" | base64 -w0 | jq -Rc --arg act "$2" \
	    '{ act: $act, number_first: ($act == "sign"), chain: [.] }')
	for try in 1 2 3; do
		ask GET "/v1/papers/$1" || return 1
		post "prepare $try $1 $2" "/v1/papers/$1/signatures" "$json" \
		    -H "If-Match: $(header ETag)" || continue
		answer .signed_attributes | base64 -d |
		    "$VANTHU_SIGNER" "$2" >"$work/value" || die "$1: not signed"
		post "value $try $1 $2" "$(answer .value)" "$(base64 -w0 \
		    <"$work/value" | jq -Rc '{ value: . }')" || continue
		keep_receipt
		log "$1: $2, in two steps"
		return 0
	done
	die "$1: no $2"
}

send() { # file subject codes...
	local file=$1 subject=$2 wish id paper to
	shift 2
	wish=$(cat - "$file" <<<"$subject $*" | sha256sum | cut -c1-32)
	id=$(upload "$wish" "$file")
	to=$(printf '%s\n' "$@" | jq -Rn '[inputs | { code: . }]')
	post "register $wish" /v1/papers "$(jq -n --arg u "$id" \
	    --arg n "$(basename "$file")" --arg s "$subject" --argjson to "$to" \
	    '{ direction: "out", files: [{ upload: $u, name: $n,
		media_type: "application/pdf" }],
		meta: { type_code: "CV", type_name: "Công văn",
		notation: "SKHCN-CĐS", subject: $s, recipients: $to } }')"
	keep_receipt
	paper=$(answer .paper)
	log "$paper: registered"
	act "$paper" '{"act":"submit"}'
	log "$paper: people read, approve, sign, seal and issue it now"
	if [ -n "${VANTHU_SIGNER:-}" ]; then
		wait_for "$paper" 'approved|signed|sealed|issued|dispatched'
		[ "$(answer .state)" != approved ] || two_step "$paper" sign
		wait_for "$paper" 'signed|sealed|issued|dispatched'
		[ "$(answer .state)" != signed ] || two_step "$paper" seal
	fi
	wait_for "$paper" 'issued|dispatched'
	log "$paper: number $(answer .number.text)"
	act "$paper" "$(jq -nc --argjson to "$to" '{ act: "dispatch", to: $to }')"
	fetch "$paper" "$state/$paper.pdf"
	follow "$paper"
}

# Until every addressee has taken it or said no.
follow() { # paper
	local until=$((SECONDS + patience)) left
	while :; do
		ask GET "/v1/papers/$1/deliveries" || return 1
		left=$(answer '[.deliveries[] | select((.state | IN("registered",
		    "refused", "failed", "print")) | not)] | length')
		[ "$left" != 0 ] || break
		[ $SECONDS -lt $until ] || die "$1: $left are still on the way"
		sleep 1
	done
	answer '.deliveries[] | "\(.to.code)\t\(.state)\t\(.status.vi // "-")\t" +
	    (.reason // "")'
	printf '%s\n' "$1"
}

# Our own work with a paper that came. It is on our list until it is done, so
# that it is found again when the server no longer shows it as waiting.
handle() { # paper
	fetch "$1" "$state/$1.pdf"
	act "$1" '{"act":"accept"}'
	act "$1" '{"act":"process","note":"Hệ thống đã nhận"}'
	# Here the system does its own work with the file.
	act "$1" '{"act":"finish","note":"Đã xử lý xong"}'
	rm "$state/todo/$1"
	printf '%s\n' "$1"
}

receive() {
	local path="/v1/papers?direction=in&state=waiting&limit=$page"
	local paper cursor=
	while :; do
		ask GET "$path$cursor" || return 1
		answer '.papers[] | [.id, .meta.number // "-", .meta.subject] |
		    @tsv' >"$work/waiting"
		while IFS=$'\t' read -r paper number subject; do
			log "$paper: $number $subject"
			: >"$state/todo/$paper"
		done <"$work/waiting"
		cursor=$(answer '.next // "" | @uri')
		[ -n "$cursor" ] || break
		cursor="&cursor=$cursor"
	done
	for paper in "$state"/todo/*; do
		[ ! -f "$paper" ] || handle "$(basename "$paper")"
	done
}

case "${1:-}" in
send) shift && [ $# -ge 3 ] && send "$@" ;;
receive) receive ;;
*) sed -n '3,17s/^# \{0,1\}//p' "$0" >&2 && exit 64 ;;
esac
