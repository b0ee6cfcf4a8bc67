/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paper on the desk: what is shown of it, and what may be done with it. */
#ifndef VT_API_WEB_SHEET_H
#define VT_API_WEB_SHEET_H

#include "api/office/books.h"
#include "api/web/web_priv.h"

struct vt_desk_act;

/* An act that was tried and refused: its form comes back as it was. */
struct vt_refusal {
	const struct vt_desk_act *act;
	const struct vt_webform *form; /* what was typed */
	struct vt_err err;
};

#define VT_SHEET_STATES (VT_DELIVERY_WITHDRAWN + 1)

struct vt_sheet {
	struct vt_desk *d;
	struct vt_view *v;
	struct vt_paper p; /* borrowed from v */
	char id[VT_ID_TEXT + 1];
	const struct vt_refusal *refused; /* or NULL */
	size_t pages;                     /* pictures there are, 0 none */
	uint32_t version;                 /* of the main file */
	unsigned initials;                /* fields for them that are empty */
	size_t n_deliveries, in_state[VT_SHEET_STATES];
	struct vt_held_numbers reserved, by_hand; /* numbers that it may get */
	size_t on_paper; /* deliveries whose paper is not known to have come */
	bool alone;      /* the page of one delivery */
};

/* One act as POST asks for it. */
struct vt_doing {
	struct vt_desk *d;
	const struct vt_webform *form;
	const struct vt_request *rq;
	const vt_id *paper;
	struct vt_act_result *ret;
	struct vt_err *err;
};

struct vt_desk_act {
	const char *name; /* in the address */
	enum vt_duty duty;
	const char *vi, *en;           /* on its button */
	const char *done_vi, *done_en; /* once it is done */
	/* Is the paper at this step? */
	bool (*now)(const struct vt_paper *p);
	/* The fields between the hidden ones and the button. NULL: none. */
	void (*fields)(struct vt_sheet *s, const struct vt_desk_act *a);
	int (*run)(const struct vt_doing *w);
	unsigned flags; /* of enum vt_act_flag */
};

enum vt_act_flag {
	VT_ACT_NEXT = 1,      /* the next step: its form is open */
	VT_ACT_STRONG = 2,    /* cannot be undone: says so by its colour */
	VT_ACT_ELSEWHERE = 4, /* can be signed in two steps, too */
	VT_ACT_UPLOAD = 8     /* brings a file: a route of its own, run NULL */
};

/* acts.c: the table, in the order of the walk. */
const struct vt_desk_act *vt_desk_act(const char *name);
/* May this person do it, at this step? */
bool vt_desk_may(const struct vt_desk *d, const struct vt_desk_act *a,
    const struct vt_paper *p);
/* Forms of all acts that may be done now. */
void vt_sheet_acts(struct vt_sheet *s);
/* What was done, by the name in ?done=, or NULL. */
const char *vt_desk_done(const struct vt_desk *d, const char *name);

/* act_fields.c, act_run.c: the columns of the table. */
#define VT_ACT_FIELDS(name)                                                    \
	void vt_fields_##name(struct vt_sheet *s, const struct vt_desk_act *a)
#define VT_ACT_RUN(name) int vt_run_##name(const struct vt_doing *w)
VT_ACT_FIELDS(submit);
VT_ACT_FIELDS(note);   /* may be empty */
VT_ACT_FIELDS(reason); /* may not */
VT_ACT_FIELDS(approve);
VT_ACT_FIELDS(give_back);
VT_ACT_FIELDS(sign);
VT_ACT_FIELDS(pin);
VT_ACT_FIELDS(accept);
VT_ACT_FIELDS(send);
VT_ACT_FIELDS(assign);
VT_ACT_FIELDS(forward);
VT_ACT_FIELDS(finish);
VT_ACT_FIELDS(recall);
VT_ACT_FIELDS(answer);
VT_ACT_FIELDS(resend);
VT_ACT_FIELDS(version);
VT_ACT_FIELDS(handed);
VT_ACT_FIELDS(print);
VT_ACT_FIELDS(replace);
VT_ACT_FIELDS(amend);
VT_ACT_FIELDS(ask_destroy);
VT_ACT_FIELDS(destroy);
VT_ACT_FIELDS(link);
VT_ACT_FIELDS(join);
VT_ACT_FIELDS(original);
VT_ACT_FIELDS(reserved);
VT_ACT_FIELDS(by_hand);
VT_ACT_FIELDS(opinion);
VT_ACT_FIELDS(extend);
VT_ACT_FIELDS(order);
VT_ACT_FIELDS(why); /* needed; nobody outside reads it */
VT_ACT_RUN(submit);
VT_ACT_RUN(approve);
VT_ACT_RUN(give_back);
VT_ACT_RUN(sign);
VT_ACT_RUN(number);
VT_ACT_RUN(seal);
VT_ACT_RUN(issue);
VT_ACT_RUN(send);
VT_ACT_RUN(accept);
VT_ACT_RUN(refuse);
VT_ACT_RUN(assign);
VT_ACT_RUN(forward);
VT_ACT_RUN(process);
VT_ACT_RUN(finish);
VT_ACT_RUN(take_back);
VT_ACT_RUN(recall);
VT_ACT_RUN(answer);
VT_ACT_RUN(resend);
VT_ACT_RUN(initial);
VT_ACT_RUN(handed);
VT_ACT_RUN(print);
VT_ACT_RUN(replace);
VT_ACT_RUN(amend);
VT_ACT_RUN(ask_destroy);
VT_ACT_RUN(destroy);
VT_ACT_RUN(link);
VT_ACT_RUN(join);
VT_ACT_RUN(original);
VT_ACT_RUN(reserved);
VT_ACT_RUN(by_hand);
VT_ACT_RUN(check_content);
VT_ACT_RUN(check_form);
VT_ACT_RUN(withdraw);
VT_ACT_RUN(opinion);
VT_ACT_RUN(extend_ask);
VT_ACT_RUN(extend);
VT_ACT_RUN(extend_no);
VT_ACT_RUN(cancel);
VT_ACT_RUN(freeze);
VT_ACT_RUN(release);
VT_ACT_RUN(isolate);
VT_ACT_RUN(clear);

/* What is said of a name that several have; else NULL. */
const char *vt_sheet_several(const struct vt_desk *d, const struct vt_err *e);

/* Pieces of a form. id and name of a field: ACT-FIELD and FIELD. */
const char *vt_sheet_typed(const struct vt_sheet *s,
    const struct vt_desk_act *a, const char *field, const char *otherwise);
/* Is this the field that a refusal is about? Then says why, below it. */
bool vt_sheet_blamed(
    const struct vt_sheet *s, const struct vt_desk_act *a, const char *field);
void vt_sheet_blame(
    const struct vt_sheet *s, const struct vt_desk_act *a, const char *field);
/* The field that an error of an act is about, NULL: the whole. */
const char *vt_act_field_of(const struct vt_desk_act *a, int code);

/* facts.c: what is known of it. */
void vt_sheet_facts(struct vt_sheet *s);
void vt_sheet_parts(struct vt_sheet *s);
/* deliveries.c. Of an agency whose name is not known the code stands. */
const char *vt_sheet_addressee(const struct vt_recipient *r);
VT_NODISCARD int vt_sheet_deliveries(struct vt_sheet *s, struct vt_err *reterr);
/* untold.c: what its sender, or its recipients, could not be told. paper NULL:
 * of all papers, each with a link to its own. */
VT_NODISCARD int vt_untold_show(struct vt_desk *d, struct vt_view *v,
    const vt_id *paper, struct vt_err *reterr);
/* One delivery that failed, with its button where he may. */
void vt_untold_letter(
    struct vt_desk *d, struct vt_view *v, const struct vt_delivery *l);
/* The answer in ?done=, said. */
void vt_untold_said(struct vt_desk *d, const char *done);
/* Counts them by state, into s. */
VT_NODISCARD int vt_sheet_tally(struct vt_sheet *s, struct vt_err *reterr);
/* Its deliveries behind seq `after`, in turn, until f says no. */
VT_NODISCARD int vt_sheet_each(struct vt_sheet *s, uint64_t after,
    struct vt_err *reterr, bool (*f)(void *arg, const struct vt_delivery *v),
    void *arg);
/* A paper goes, or went, and nobody has said yet who has it. */
bool vt_sheet_paper_is_out(const struct vt_delivery *v);
/* A number in the address, 0: none. */
uint64_t vt_sheet_asked(const struct vt_sheet *s, const char *name);
/* history.c. Newest first; after: acts above this leaf only (0: all). heading
 * NULL: the list alone. */
VT_NODISCARD int vt_sheet_timeline(struct vt_sheet *s, uint64_t after,
    const char *heading, struct vt_err *reterr);
/* A person's name, "" for none or a program; copied into the arena. */
const char *vt_sheet_person(const struct vt_sheet *s, const vt_id *id);

/* paper.c: the whole page. */
VT_NODISCARD int vt_sheet_show(struct vt_desk *d, const vt_id *paper,
    const struct vt_refusal *refused, struct vt_err *reterr);
/* The id in the address. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_sheet_id(
    const struct vt_http_req *req, vt_id *ret, struct vt_err *reterr);
/* The answer to an act that was tried: back to the paper, or refused with its
 * form as it was. */
VT_NODISCARD int vt_sheet_done(struct vt_desk *d, const vt_id *paper,
    struct vt_refusal *r, int rc, struct vt_err *reterr);
/* A request out of a form that was checked to be ours. hash: of the form. */
VT_NODISCARD int vt_sheet_request(const struct vt_desk *d,
    const struct vt_webform *f, const char *what, struct vt_request *ret,
    struct vt_err *reterr);

/* Who has the tasks of a code that has ended, and since when; to the page. */
struct vt_code_now;
void vt_sheet_code(struct vt_desk *d, const struct vt_code_now *now);

#endif
