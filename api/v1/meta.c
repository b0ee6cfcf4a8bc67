/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata of a paper in JSON, both ways, from one table. */
#include "api/v1/v1_priv.h"
#include "base/limits.h"

static const struct {
	const char *key;
	size_t at; /* of a const char * in struct vt_meta */
} strings[] = {
#define S(name)                                                                \
	{                                                                      \
#name, offsetof(struct vt_meta, name)                          \
	}
	S(type_code),
	S(type_name),
	S(subject),
	S(notation),
	S(number),
	S(issued_on),
	S(agency_code),
	S(agency_name),
	S(place),
	S(signer_name),
	S(signer_position),
	S(signer_competence),
	S(language),
	S(description),
	S(due_on),
	S(draft_unit),
	S(procedure_code),
	S(procedure_name),
	S(case_code),
	S(holder_name),
	S(reply_to),
	S(circulation),
	S(typist),
	S(reply_fors),
	S(direction),
	S(application),
#undef S
};

void
vt_v1_recipients_in(const struct vt_in_obj *o, const char *key,
    const struct vt_recipient **ret, size_t *ret_n)
{
	size_t n = vt_in_array(o, key, VT_L(ADDRESSEES_MAX));
	struct vt_recipient *v;

	*ret = NULL;
	*ret_n = 0;
	if (n == 0)
		return;
	v = vt_arena_array(o->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(o, key, VT_E_LIMIT, "too many");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj r = vt_in_item(o, key, i);

		v[i].code = vt_in_str(&r, "code");
		v[i].name = vt_in_str(&r, "name");
		if (v[i].code == NULL && v[i].name == NULL)
			(void)vt_in_fail(&r, "code", VT_E_FIELD_REQUIRED,
			    "a recipient needs a code or a name");
		if (v[i].code == NULL)
			v[i].code = "";
		if (v[i].name == NULL)
			v[i].name = "";
	}
	*ret = v;
	*ret_n = n;
}

static void
facts_in(const struct vt_in_obj *o, struct vt_meta *ret)
{
	size_t n = vt_in_array(o, "facts", VT_L(RESULT_FACTS_MAX));
	struct vt_key_fact *v;

	if (n == 0)
		return;
	v = vt_arena_array(o->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(o, "facts", VT_E_LIMIT, "too many");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj f = vt_in_item(o, "facts", i);

		v[i].label = vt_in_need_str(&f, "label");
		v[i].value = vt_in_need_str(&f, "value");
	}
	ret->facts = v;
	ret->n_facts = n;
}

static const char *const *
lines_in(const struct vt_in_obj *o, const char *key, size_t *ret_n)
{
	size_t n = vt_in_array(o, key, VT_L(META_LIST_MAX));
	const char **v;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	if ((v = vt_arena_array(o->in->req->arena, n, sizeof(*v))) == NULL) {
		(void)vt_in_fail(o, key, VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = vt_in_item_str(o, key, i);
	*ret_n = n;
	return v;
}

static void
answers_in(const struct vt_in_obj *o, struct vt_meta *ret)
{
	size_t n = vt_in_array(o, "answers", VT_L(META_LIST_MAX));
	struct vt_answered *v;

	if (n == 0)
		return;
	if ((v = vt_arena_array(o->in->req->arena, n, sizeof(*v))) == NULL) {
		(void)vt_in_fail(o, "answers", VT_E_LIMIT, "too many");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj a = vt_in_item(o, "answers", i);

		v[i].agency_code = vt_in_need_str(&a, "agency_code");
		v[i].code = vt_in_need_str(&a, "code");
		v[i].issued_on = vt_in_need_str(&a, "issued_on");
		v[i].document_id = vt_in_str(&a, "document_id");
	}
	ret->answers = v;
	ret->n_answers = n;
}

void
vt_v1_meta_in(const struct vt_in_obj *o, struct vt_meta *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		const char *s = vt_in_str(o, strings[i].key);

		memcpy((char *)ret + strings[i].at, &s, sizeof(s));
	}
	ret->urgency = (uint32_t)vt_in_uint(o, "urgency", 4);
	ret->secrecy = (uint32_t)vt_in_uint(o, "secrecy", 3);
	ret->pages = (uint32_t)vt_in_uint(o, "pages", 1000000);
	ret->copies = (uint32_t)vt_in_uint(o, "copies", 1000000);
	vt_v1_recipients_in(
	    o, "recipients", &ret->recipients, &ret->n_recipients);
	facts_in(o, ret);
	ret->legal = vt_in_bool(o, "legal");
	ret->on_paper = vt_in_bool(o, "on_paper");
	ret->steering = (uint32_t)vt_in_uint(o, "steering", UINT16_MAX);
	ret->appendixes = lines_in(o, "appendixes", &ret->n_appendixes);
	ret->tasks = lines_in(o, "tasks", &ret->n_tasks);
	answers_in(o, ret);
}

static void
lines_out(struct vt_json *j, const char *key, const char *const *s, size_t n)
{
	vt_json_key(j, key);
	vt_json_array(j);
	for (size_t i = 0; i < n; i++)
		vt_json_str(j, s[i]);
	vt_json_end(j);
}

static void
more_out(struct vt_json *j, const struct vt_meta *m)
{
	vt_json_kbool(j, "legal", m->legal != 0);
	vt_json_kbool(j, "on_paper", m->on_paper != 0);
	vt_json_kuint(j, "steering", m->steering);
	lines_out(j, "appendixes", m->appendixes, m->n_appendixes);
	lines_out(j, "tasks", m->tasks, m->n_tasks);
	vt_json_key(j, "answers");
	vt_json_array(j);
	for (size_t i = 0; i < m->n_answers; i++) {
		const struct vt_answered *a = &m->answers[i];

		vt_json_object(j);
		vt_json_kstr(j, "agency_code", a->agency_code);
		vt_json_kstr(j, "code", a->code);
		vt_json_kstr(j, "issued_on", a->issued_on);
		vt_v1_kstr(j, "document_id", a->document_id);
		vt_json_end(j);
	}
	vt_json_end(j);
}

void
vt_v1_meta_out(struct vt_json *j, const struct vt_meta *m)
{
	vt_json_object(j);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		const char *s;

		memcpy(&s, (const char *)m + strings[i].at, sizeof(s));
		if (s != NULL && *s != '\0')
			vt_json_kstr(j, strings[i].key, s);
	}
	vt_json_kuint(j, "urgency", m->urgency);
	vt_json_kuint(j, "secrecy", m->secrecy);
	vt_json_kuint(j, "pages", m->pages);
	vt_json_kuint(j, "copies", m->copies);
	vt_json_key(j, "recipients");
	vt_json_array(j);
	for (size_t i = 0; i < m->n_recipients; i++) {
		vt_json_object(j);
		vt_v1_kstr(j, "code", m->recipients[i].code);
		vt_v1_kstr(j, "name", m->recipients[i].name);
		vt_json_end(j);
	}
	vt_json_end(j);
	vt_json_key(j, "facts");
	vt_json_array(j);
	for (size_t i = 0; i < m->n_facts; i++) {
		vt_json_object(j);
		vt_json_kstr(j, "label", m->facts[i].label);
		vt_json_kstr(j, "value", m->facts[i].value);
		vt_json_end(j);
	}
	vt_json_end(j);
	more_out(j, m);
	vt_json_end(j);
}
