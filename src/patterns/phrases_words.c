/* SPDX-License-Identifier: ISC */
/* The words of phrases.h: English first, then German, French, Spanish, Italian and
 * Portuguese, Russian, Chinese, Japanese as far as they have one. */
#include "patterns/phrases.h"

const struct word_list word_lists[] = {
    {FORGET,
     "ignore disregard forget override overrule bypass neglect dismiss discard skip "
     "ignoring disregarding"},
    {FORGET, "ignoriere ignorieren ignoriert vergiss vergesst vergessen missachte "
             "ignorez oublie oubliez oublier ignora ignoren ignorad olvida olvide olviden "
             "olvidate ignori dimentica esqueca desconsidere"},
    {FORGET, "игнорируй игнорируйте проигнорируй проигнорируйте забудь забудьте "
             "忽略 忽视 无视 忘记 忘掉 不要理会"},
    {FORGET_SO, "無視して 無視しろ 無視せよ 無視し 忘れて 忘れろ 忘れなさい"},
    {DROP,
     "delete cancel erase drop reset defy abandon revoke negate replace change remove "
     "supersede losche streiche efface supprime borra elimina удали сбрось отмени 删除 "
     "取消 清除"},
    {EARLIER,
     "previous prior above earlier preceding foregoing past original initial former "
     "before existing previously beforehand last old current preceeding"},
    {EARLIER, "vorherigen vorherige vorigen bisherigen bisherige fruheren fruhere obigen "
              "vorangegangenen vorangehenden ursprunglichen zuvor davor vorher bisher "
              "precedentes precedents precedente precedent anterieures anterieurs dessus "
              "initiales avant anteriores anterior previas previos previa antes arriba "
              "precedenti anteriori"},
    {EARLIER, "предыдущие предыдущих предыдущую прежние прежних прошлые выше ранее "
              "之前 以上 上述 前面 先前 此前 上面 原来 以前 これまで 上記"},
    {ABOVE, "above obigen obige dessus arriba выше 以上 上述 上面"},
    {ALL,
     "all any every everything anything whatever alle allen alles samtliche toute toutes "
     "tous tout todas todos todo toda tutte tutti все всех 所有 全部 一切 任何 すべて "
     "全て"},
    {EVERYTHING, "everything alles tout todo tutto все 一切"},
    {RULES,
     "instruction instructions directions prompt prompts programming anweisung "
     "anweisungen instruktionen instruktion systemprompt systemanweisungen consigne "
     "consignes instrucciones instruccion indicaciones istruzioni instrucoes "
     "инструкции инструкция инструкций указания указаний промпт 指令 指示 提示 提示词 "
     "说明"},
    {LAWS,
     "rule rules guideline guidelines directive directives command commands orders "
     "order constraints constraint restrictions restriction limitations guidance "
     "training context policies policy safeguards protocols safety techniques request "
     "requests regeln vorgaben befehle vorschriften regles ordres directives "
     "restricciones ordenes reglas regole regras правила команды ограничения 规则 限制 "
     "命令 要求 ルール 命令"},
    {THESE,
     "these this following my below diese diesen folgenden meine meinen ces suivantes "
     "mes estas estos siguientes mis эти следующие мои 以下 这些 我的"},
    {TOLD, "told said given learned know knew read received discussed happened gesagt "
           "gesagte dit "
           "dicho dijeron сказано 说过 告诉"},
    {YOU, "you u youre yourself du dich dir vous tu te toi usted ustedes eres voce ты вы "
          "тебе вам "
          "тебя вас 你 您 你们 您的 あなた"},
    {YOUR, "your yours ur deine deinen deiner dein vos votre tes tus tuyas tuo tue suas "
           "твои твой свои свой ваши ваш 你的 您的"},
    {ARE, "are re become became will am bist etes es eres seras 是 成为 です"},
    {A, "a an the ein eine der die das kein un une le la el los"},
    {NOW, "now longer henceforth onwards jetzt nun ab sofort fortan maintenant desormais "
          "ahora adesso agora теперь отныне 现在 今后 从现在开始 从现在起"},
    {FROM, "from starting ab von partir desde с 从"},
    {ACT, "act behave function operate respond answer handle verhalte agis agissez actua "
          "actue comportate действуй веди"},
    {AS, "as like als comme como как"},
    {PRETEND, "pretend imagine roleplay simulate impersonate spiele imagines imaginez "
              "prentends finge imagina simula представь притворись 扮演 假装 假设"},
    {MACHINE, "ai ais llm llms gpt chatgpt claude gemini llama chatbot chatbots bot bots "
              "assistant assistants ki sprachmodell ia ии нейросеть 人工智能 助手 语言模型 "
              "大模型 模型"},
    {PERSONA,
     "assistant ai bot chatbot expert judge evaluator character linux terminal dan "
     "jailbroken unrestricted uncensored unbound evil villain interpreter persona "
     "prufer evaluateur evaluador оценщик ассистент 助手 专家"},
    {MODEL, "model models agent agents modell agenten modele modelo модель агент"},
    {READING,
     "reading reads processing evaluating reviewing parsing summarizing summarising "
     "judging scoring grading seeing lesen liest lisez lisant lees leyendo "
     "читающий читаешь 阅读 读到 看到"},
    {ENABLE, "enable enabled enter activate activated switch engage entering unlock "
             "aktiviere active activa activez 进入 启用 开启 切换"},
    {SPECIAL,
     "developer debug god dan jailbreak jailbroken admin administrator maintenance "
     "sudo root unrestricted uncensored unfiltered diagnostic override 开发者 越狱 "
     "调试 管理员"},
    {MODE, "mode modes modus modo access 模式"},
    {SYSTEM, "system sys admin administrator developer root operator systems 系统"},
    {MESSAGE, "prompt message override instruction instructions note update alert command "
              "directive notice 提示 提示词 消息 指令"},
    {NEW, "new updated revised additional important urgent hidden special secret critical "
          "neue neuer wichtige nouvelle nouvelles importantes nuevas nueva nuevo новые "
          "новая важные 新的 新 最新"},
    {TASK, "task tasks role objective goal purpose job mission assignment instruction "
           "instructions aufgabe anweisung anweisungen rolle tache mision tarea rol "
           "instrucciones задача роль инструкции 任务 角色 指令 目标"},
    {PREVAIL,
     "supersede supersedes override overrides overriding replace replaces precedence "
     "overrule overrules outrank priority ersetzen remplacent reemplazan 取代 覆盖"},
    {FOLLOW, "follow obey execute befolge befolgen suis suivez obeis sigue siga obedece "
             "следуй следуйте выполни выполняй 遵循 遵守 执行 按照"},
    {MUST, "must should shall need have will required instructed ordered directed ought "
           "commanded musst sollst hast wirst dois devez devrez debes tienes debera deves "
           "должен должна должны обязан обязаны 必须 应该 务必 应当 需要"},
    {VOTE, "vote approve reject abstain endorse stimme stimmen stimmt genehmige "
           "approuve approuvez votez rejetez vota voten apruebe aprueba rechaza aprobar "
           "votar rechazar approuver voter rejeter zustimmen abstimmen ablehnen "
           "genehmigen"},
    {VOTE, "голосуй голосуйте проголосуй проголосуйте одобри одобрите отклони отклоните "
           "голосовать одобрить отклонить 批准 投票 赞成 同意 否决 投 通过 拒绝"},
    {CHOICE,
     "approve approved approval reject rejected rejection abstain yes no ja nein oui "
     "non si favor contre contra dafur dagegen zu approuver aprobar за против "
     "赞成 批准 同意 反对 否决 拒绝 赞成票 通过"},
    {ANSWER, "answer respond reply output return print say write set give emit choose cast "
             "submit select antworte antworten repondez reponds responde responda escribe "
             "ответь ответьте напиши выведи 回答 输出 回复 返回 选择 设置"},
    {REPLY,
     "respond reply output return print emit submit antworte repondez responde ответь "
     "输出 回复 返回"},
    {BALLOT, "vote choice decision verdict ballot confidence answer response output "
             "evaluation score judgement judgment reply recommendation"},
    {BLINDLY, "regardless irrespective whatever blindly unconditionally immediately "
              "unabhangig egal regardless sofort inconditionnellement "
              "independientemente безоговорочно 无论 不管 立即 无条件"},
    {PLEASE, "please now just simply kindly instead always immediately henceforth stop "
             "bitte jetzt nun sofort einfach veuillez maintenant simplement por ahora "
             "simplemente пожалуйста теперь сейчас просто 请 请你 现在"},
    {REVEAL,
     "print repeat reveal output recite leak echo spell regurgitate reiterate replay "
     "dump expose disclose verrate wiederhole repite revela repetez revele повтори "
     "раскрой 泄露 透露 复述 打印 重复"},
    {SHOW, "print repeat reveal show output display tell give write send return copy list "
           "disclose expose share dump echo translate spell recite summarize summarise "
           "provide leak say state describe explain regurgitate reiterate replay"},
    {SHOW, "zeige zeig wiederhole verrate nenne gib drucke affiche affichez repete repetez "
           "montre montrez revele revelez muestra muestre repite repita revela imprime "
           "mostra ripeti покажи покажите повтори повторите выведи раскрой 打印 重复 显示 "
           "输出 透露 告诉我 泄露 复述"},
    {TEXT,
     "text texts words word sentence sentences content contents conversation "
     "messages message line lines input chat discussion texte mots conversacion texto "
     "palabras mensaje nachrichten wortlaut текст слова сообщения 内容 文字 对话 文本"},
    {SECRET,
     "password passwords passphrase secret secrets credentials token apikey passwort "
     "geheimnis kennwort motdepasse contrasena clave пароль секрет 密码 密钥"},
    {WHAT, "what whats was welche quelles quels quel cuales какие каковы 什么"},
    {NOT,
     "not never t cannot cant dont nicht nie pas jamais no nunca не никогда 不 不要 不得 "
     "别 不能"},
    {TELL, "mention reveal disclose tell report explain acknowledge inform alert log flag "
           "erwahne sage mentionnez menciones сообщай 提及 透露 告诉"},
    {PEOPLE,
     "user users human humans operator operators anyone nutzer benutzer utilisateur "
     "usuario пользователю 用户 人类"},
    {ADDRESS, "attention note notice dear hello hey hi warning important message achtung "
              "hinweis querida atencion внимание 注意 致"},
    {IF, "if when wenn si cuando если 如果 当"},
    {AND, "and then und dann et puis y luego e и 并 然后 且"},
    {ANYTHING, "anything"},
    {DO, "do don"},
    {MENTION,
     "attack attacks attacker attackers attacking injection injections injected injecting "
     "attempt attempts attempted malicious manipulate manipulates manipulation tampered "
     "tampering phishing jailbreak adversarial payload hidden embedded hostile condemn "
     "smuggled planted suspicious angriff angriffe manipulationsversuch versuch attaque "
     "attaques tentative ataque ataques intento inyeccion атака атаки попытка внедрение "
     "инъекция 攻击 注入 企图 恶意 操纵"},
};
const size_t word_list_count = sizeof(word_lists) / sizeof(word_lists[0]);
