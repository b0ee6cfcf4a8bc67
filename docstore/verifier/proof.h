/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reader asks of a proof of the ledger, and what can be answered. For
 * one thread: one question at a time.
 */
#ifndef VANTHU_PROOF_H
#define VANTHU_PROOF_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROOF_FILE_MAX  ((size_t)256 << 10) /* of a bundle, receipt, token */
#define PROOF_HASHES    64                  /* of a path */
#define PROOF_COSIGNERS 16

enum why {
	PROOF_HOLDS,
	PROOF_NO_BUNDLE,       /* not of the form of a bundle */
	PROOF_NO_OPENING,      /* its extra is not of its form */
	PROOF_NO_RECEIPT,      /* the receipt is not */
	PROOF_NOT_OPENED,      /* neither salt nor facts */
	PROOF_OTHER_LEDGER,    /* the checkpoint is of another one */
	PROOF_NOT_SIGNED,      /* not by the key that is known */
	PROOF_NOT_THERE,       /* the act is not at that place */
	PROOF_OTHER_FACTS,     /* they are of another ledger, or no facts */
	PROOF_BAD_COSIGNATURE, /* there is one, and it is not valid */
	PROOF_NO_ANCHOR,       /* not of its form */
	PROOF_ANCHOR_PATH,     /* it does not lead to what is stamped */
	PROOF_NO_TOKEN,        /* cannot be read */
	PROOF_OTHER_TOKEN,     /* over something else */
	PROOF_TOKEN_SIGNATURE, /* not by who is trusted */
	PROOF_OTHER_FILE,      /* not the one of the act */
	PROOF_NO_FILES,        /* what is compared is not of its form */
	PROOF_TWO_TREES,       /* one size, two roots, both signed */
	PROOF_NOT_EXTENDED,    /* the new does not go on from the old */
	PROOF_WHYS
};

/* Borrowed bytes. */
struct span {
	const uint8_t *p;
	size_t n;
};
/* A key that the reader knows from elsewhere. */
struct key {
	char name[128];
	uint8_t id[4], pub[32];
	const char *whose; /* who runs it, as the reader believes; or NULL */
	bool seen;         /* answer: a good cosignature of it is there */
};
struct checkpoint {
	struct span text, lines; /* what is signed; the signature lines */
	char origin[128];
	uint64_t size;
	uint8_t root[32];
};
struct question {
	struct span bundle, receipt, anchor, file_hash; /* n 0: not given */
	struct key log, cosigner[PROOF_COSIGNERS];
	size_t n_cosigners;
	X509_STORE *tsa; /* NULL: the token's signature is not looked at */
};
struct answer {
	struct checkpoint cp;
	uint64_t index;
	struct span origin, number; /* of the facts */
	/* the act opens an epoch: the ledger before, what of it is kept, and
	 * how many leaves it is known to have had (0: no more) */
	struct span prior;
	uint64_t epoch, prior_size, prior_lost; /* epoch 0: the first */
	uint8_t prior_root[32];
	uint8_t file[32];
	bool has_file, stamp_shown, stamped;
	int64_t time; /* of the act, µs */
	char stamp[64];
	unsigned int outsiders; /* operators; 0 when the log's is not known */
};

/* SHA-256 over parts. */
void proof_sha256(uint8_t ret[32], const struct span *part, size_t n);

/* NAME+KEYID+BASE64(type, key)[=OPERATOR]; type 1: a ledger, 4: a cosigner. */
bool proof_key(const char *text, uint8_t type, struct key *ret);

/* Is it proved, and how strongly? *a starts empty; it borrows from q. */
enum why proof_check(struct question *q, struct answer *a);

/* old: a checkpoint or a bundle; now: "old N", hashes, "", checkpoint. */
enum why proof_extends(
    struct span old, struct span now, const struct key *log, struct answer *a);

#endif
