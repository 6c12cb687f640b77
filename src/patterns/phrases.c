/* SPDX-License-Identifier: ISC */
#include "patterns/phrases.h"

#define FORGETS  "an order to forget earlier instructions"
#define BECOMES  "a new role for the reader"
#define COMMANDS "instructions in the name of the system"
#define CALLS    "words addressed to a machine"
#define VOTES    "an order how to vote"
#define TELLS    "an order to tell what the reader was told"
#define HIDES    "an order to hide something from people"
#define TEMPLATE "a mark of a chat template"
#define TOOLS    "the markup of a tool call"
#define ANSWERS  "an answer in the form that evaluators give"

#define M(m)        MEANS(m)
#define M2(a, b)    (MEANS(a) | MEANS(b))
#define M3(a, b, c) (MEANS(a) | MEANS(b) | MEANS(c))

/* One line each, with the parts and, for all but the first, how far they may be apart. */
/* clang-format off */
const struct phrase phrases[] = {
    /* ignore all the previous instructions; in French and Spanish the other way round */
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M(EARLIER), 4}, {M3(RULES, LAWS, TASK), 3}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M3(RULES, LAWS, TASK), 3}, {M2(EARLIER, TOLD), 3}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M2(ALL, YOUR), 2}, {M2(RULES, LAWS), 2}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M(RULES), 1}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M2(ALL, WHAT), 2}, {M2(EARLIER, TOLD), 4}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M(EARLIER), 2}, {M(TEXT), 1}}},
    {FORGETS, PLACE_ORDER, {{M(FORGET), 0}, {M2(EVERYTHING, ABOVE), 1}}},
    {FORGETS, PLACE_ANY, {{M(EARLIER), 0}, {M2(RULES, LAWS), 2}, {M(FORGET_SO), 1}}},
    {FORGETS, PLACE_ORDER, {{M(DROP), 0}, {M2(EARLIER, YOUR), 2}, {M(RULES), 2}}},
    {FORGETS, PLACE_ORDER, {{M(DO), 0}, {M(NOT), 0}, {M(FOLLOW), 0}, {M2(EARLIER, YOUR), 2}, {M2(RULES, LAWS), 2}}},
    /* and what is put in their place */
    {FORGETS, PLACE_ANY, {{M2(RULES, TASK), 0}, {M(PREVAIL), 3}, {M2(EARLIER, YOUR), 3}, {M2(RULES, LAWS), 2}}},
    {FORGETS, PLACE_ORDER, {{M(FOLLOW), 0}, {M(THESE), 1}, {M2(RULES, TASK), 1}}},
    {COMMANDS, PLACE_FIRST, {{M(NEW), 0}, {M(RULES), 0}, {M2(FOLLOW, THESE), 0}}},
    {COMMANDS, PLACE_ANY, {{M(FOLLOW), 0}, {M(NEW), 0}, {M(RULES), 0}}},

    {BECOMES, PLACE_ANY, {{M(YOU), 0}, {M(ARE), 0}, {M(NOW), 1}}},
    {BECOMES, PLACE_ANY, {{M(NOW), 0}, {M(YOU), 0}, {M(ARE), 0}}},
    {BECOMES, PLACE_ANY, {{M(NOW), 0}, {M(YOU), 0}, {M3(A, MACHINE, PERSONA), 1}}},
    {BECOMES, PLACE_ANY, {{M(YOU), 0}, {M(NOW), 0}, {M3(ARE, MACHINE, PERSONA), 0}}},
    {BECOMES, PLACE_ANY, {{M(NOW), 0}, {M(ARE), 0}, {M(YOU), 0}}},
    {BECOMES, PLACE_ANY, {{M(YOU), 0}, {M(ARE), 0}, {M2(MACHINE, PERSONA), 4}}},
    {BECOMES, PLACE_FIRST, {{M(YOU), 0}, {M(ARE), 0}, {M(A), 0}}},
    {BECOMES, PLACE_ANY, {{M(YOU), 0}, {M(ACT), 1}, {M(AS), 0}}},
    {BECOMES, PLACE_ANY, {{M(FROM), 0}, {M(NOW), 0}, {M2(YOU, ACT), 3}}},
    {BECOMES, PLACE_ORDER, {{M(ACT), 0}, {M(AS), 0}, {M(PERSONA), 3}}},
    {BECOMES, PLACE_ORDER, {{M(PRETEND), 0}, {M2(YOU, PERSONA), 4}}},
    {BECOMES, PLACE_ORDER, {{M(ENABLE), 0}, {M(SPECIAL), 2}, {M(MODE), 1}}},
    {BECOMES, PLACE_ANY, {{M(YOU), 0}, {M(SPECIAL), 4}, {M(MODE), 1}}},
    {BECOMES, PLACE_ANY, {{M(DO), 0}, {M(ANYTHING), 0}, {M(NOW), 0}}},

    {COMMANDS, PLACE_LABEL, {{M(SYSTEM), 0}, {M(MESSAGE), 0}}},
    {COMMANDS, PLACE_LABEL, {{M(NEW), 0}, {M2(RULES, TASK), 1}}},
    {COMMANDS, PLACE_ANY, {{M(YOUR), 0}, {M(NEW), 1}, {M2(TASK, RULES), 1}}},
    {COMMANDS, PLACE_ANY, {{M(YOUR), 0}, {M(RULES), 1}}},
    {COMMANDS, PLACE_ANY, {{M(RULES), 0}, {M(YOU), 1}, {M(TOLD), 3}}},
    {COMMANDS, PLACE_ANY, {{M(RULES), 0}, {M(TOLD), 1}, {M(YOU), 1}}},
    {COMMANDS, PLACE_ANY, {{M(YOUR), 0}, {M(TASK), 1}, {M(NOW), 2}}},

    {CALLS, PLACE_ANY, {{M(IF), 0}, {M(YOU), 0}, {M(ARE), 0}, {M(MACHINE), 3}}},
    {CALLS, PLACE_ANY, {{M(YOU), 0}, {M(MACHINE), 1}, {M2(MUST, READING), 2}}},
    {CALLS, PLACE_ANY, {{M2(MACHINE, MODEL), 0}, {M(READING), 3}, {M(THESE), 1}}},
    {CALLS, PLACE_ORDER, {{M(ADDRESS), 0}, {M(MACHINE), 3}}},

    {VOTES, PLACE_ANY, {{M(YOU), 0}, {M(MUST), 1}, {M(VOTE), 3}}},
    {VOTES, PLACE_ANY, {{M(YOUR), 0}, {M(BALLOT), 1}, {M2(MUST, ARE), 1}, {M(CHOICE), 3}}},
    {VOTES, PLACE_ORDER, {{M(PLEASE), 0}, {M(VOTE), 0}}},
    {VOTES, PLACE_ORDER, {{M(VOTE), 0}, {M(CHOICE), 2}, {M(BLINDLY), 4}}},
    {VOTES, PLACE_ORDER, {{M(ANSWER), 0}, {M(BALLOT), 2}, {M(CHOICE), 2}}},
    {VOTES, PLACE_ORDER, {{M(ANSWER), 0}, {M(YOUR), 1}, {M(BALLOT), 1}}},
    {VOTES, PLACE_ORDER, {{M(REPLY), 0}, {M(VOTE), 2}}},

    {TELLS, PLACE_ORDER, {{M(SHOW), 0}, {M(YOUR), 4}, {M3(RULES, LAWS, SECRET), 3}}},
    {TELLS, PLACE_ORDER, {{M(REVEAL), 0}, {M2(RULES, SECRET), 2}}},
    {TELLS, PLACE_ORDER, {{M(SHOW), 0}, {M(SYSTEM), 3}, {M(MESSAGE), 0}}},
    {TELLS, PLACE_ORDER, {{M(SHOW), 0}, {M3(TEXT, ALL, RULES), 3}, {M(EARLIER), 2}}},
    {TELLS, PLACE_ORDER, {{M(SHOW), 0}, {M(EARLIER), 3}, {M2(TEXT, RULES), 2}}},
    {TELLS, PLACE_ANY, {{M(WHAT), 0}, {M(RULES), 1}, {M(YOU), 3}}},
    {TELLS, PLACE_ANY, {{M(WHAT), 0}, {M(YOUR), 1}, {M2(RULES, LAWS), 2}}},

    {HIDES, PLACE_ANY, {{M(DO), 0}, {M(NOT), 0}, {M(TELL), 0}, {M3(RULES, PEOPLE, TASK), 3}}},
};
/* clang-format on */
const size_t phrase_count = sizeof(phrases) / sizeof(phrases[0]);

const struct mark marks[] = {
    {TEMPLATE, "[inst]"},
    {TEMPLATE, "[/inst]"},
    {TEMPLATE, "<<sys>>"},
    {TEMPLATE, "<</sys>>"},
    {TEMPLATE, "<start_of_turn>"},
    {TEMPLATE, "<end_of_turn>"},
    {TEMPLATE, "###instruction:"},
    {TEMPLATE, "###instructions:"},
    {TEMPLATE, "###response:"},
    {TEMPLATE, "###system:"},
    {TEMPLATE, "###human:"},
    {TEMPLATE, "###user:"},
    {TEMPLATE, "###assistant:"},
    {TEMPLATE, "<system>"},
    {TEMPLATE, "</system>"},
    {TEMPLATE, "<system_prompt>"},
    {TEMPLATE, "</system_prompt>"},
    {TEMPLATE, "<assistant>"},
    {TEMPLATE, "</assistant>"},
    {TEMPLATE, "<instructions>"},
    {TEMPLATE, "</instructions>"},
    {TEMPLATE, "<prompt>"},
    {TEMPLATE, "</prompt>"},
    {TEMPLATE, "[system]"},
    {TEMPLATE, "[/system]"},
    {TEMPLATE, "[systemmessage]"},
    {TEMPLATE, "[systemprompt]"},
    {TOOLS, "<tool_call>"},
    {TOOLS, "</tool_call>"},
    {TOOLS, "<tool_use>"},
    {TOOLS, "<tool_result>"},
    {TOOLS, "<tool_response>"},
    {TOOLS, "<function_calls>"},
    {TOOLS, "<function_results>"},
    {TOOLS, "<function="},
    {TOOLS, "<invokename="},
    {TOOLS, "[tool_calls]"},
    {TOOLS, "```tool_code"},
    {TOOLS, "\"tool_calls\":"},
    {TOOLS, "\"function_call\":"},
    {ANSWERS, "\"choice\":\"approve"},
    {ANSWERS, "\"choice\":\"reject"},
    {ANSWERS, "\"choice\":\"abstain"},
};
const size_t mark_count = sizeof(marks) / sizeof(marks[0]);
