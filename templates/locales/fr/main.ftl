language-name = Français
# "ltr" ou "rtl"
text-direction = ltr
# "french" ou "english"
code-words = french

## Toutes les pages

skip-to-content = Aller au contenu
language-choice = Langue
footer = Ce site ne dépose aucun cookie et n’exécute aucun script. Ce que vous envoyez est chiffré dès son arrivée. Seule l’équipe peut l’ouvrir.

decimal-separator = ,
# espace fine insécable
group-separator = { "\u202F" }
size-bytes = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
}
size-kb = { $n } ko
size-mb = { $n } Mo
size-gb = { $n } Go
date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }

## Accueil

landing-title = Envoyer des documents sans donner son nom
landing-who = Une petite équipe lit ce que vous envoyez, en général tous les quelques jours.
landing-intro = Vos documents et votre message sont chiffrés à leur arrivée. Seule l’équipe détient les clés. Nous n’apprenons pas qui vous êtes.
landing-send = Envoyer des documents
landing-send-hint = Vous recevez un code. Gardez-le pour lire la réponse.
landing-return = J’ai un code
landing-return-hint = Lire la réponse, ou compléter votre envoi.
traces-title = Ce qu’un document peut révéler sur vous
traces-metadata = Un fichier contient des noms, des heures, des lieux, des appareils. Un passage retapé en texte simple n’en contient pas.
traces-paper = Une page imprimée peut porter des marques presque invisibles : l’imprimante, le jour. Les scans et les photos les montrent.
traces-copies = Deux exemplaires peuvent différer un peu, et désigner chacun une personne. Préférez ce que beaucoup de gens ont.
traces-message = Dans le message, n’écrivez ni qui vous êtes, ni comment vous avez eu le document, ni qui d’autre l’a.
landing-kept-title = Durée de conservation, et qui peut ouvrir
landing-kept-sent = { $count ->
    [one] Vos documents sont supprimés ici un jour après que l’équipe les a récupérés.
   *[other] Vos documents sont supprimés ici { $count } jours après que l’équipe les a récupérés.
}
landing-kept-all = { $count ->
    [one] Tout ce qui est sous votre code est supprimé après un jour sans rien de nouveau, de vous ou de l’équipe.
   *[other] Tout ce qui est sous votre code est supprimé après { $count } jours sans rien de nouveau, de vous ou de l’équipe.
}
landing-kept-seized = Qui saisit ce serveur y trouve des jours, des tailles et des données chiffrées. On n’y trouve ni documents, ni messages, ni noms de fichiers, ni codes, ni adresses des visites.
landing-kept-honest = Aucun système n’est parfait. Pesez ce que vous risquez avant d’envoyer.
before-scripts = Votre navigateur exécute des scripts.
before-scripts-do = Dans le Navigateur Tor, réglez le niveau de sécurité sur « Le plus sûr ». Un autre navigateur ne vous cache pas.
before-tor = Utilisez le Navigateur Tor au niveau de sécurité « Le plus sûr ».
before-work = N’utilisez rien de votre travail : ni ordinateur, ni téléphone, ni réseau.
landing-readers = Qui lit
landing-keys = { $count ->
    [one] Une personne détient une clé
   *[other] { $count } personnes détiennent une clé
}
landing-keys-hint = Empreintes des clés pour lesquelles vos documents sont chiffrés. Pour chiffrer d’abord vous-même, prenez les clés :
landing-keys-all = Toutes ensemble :
landing-contact = Autres moyens de nous joindre

## Envoyer

drop-title = Envoyer des documents
team-title = À qui l’envoyer ?
team-text = Seule l’équipe choisie pourra l’ouvrir.
sent-to = À :
drop-code-heading = Notez ce code
drop-code-hint = Ce code est le seul moyen de lire la réponse. Écrivez-le sur papier : les quatre premières lettres de chaque mot suffisent. Ne le photographiez pas. Personne ne pourra vous le redonner. Quitter ou actualiser cette page le change.
drop-code-known = Votre code
drop-with-draft = Ce que vous ajoutez ici est gardé comme brouillon. Rien n’est envoyé. Envoyez le brouillon depuis votre boîte.
drop-form-heading = Écrivez, joignez, envoyez
drop-message = Message
drop-message-hint = Que sont ces documents, et que savez-vous d’eux ? N’écrivez jamais le code ici.
drop-message-lost = « Précédent » et « Actualiser » vident ce formulaire. Changer de langue en haut de la page garde le texte ; choisissez ensuite de nouveau vos fichiers.
drop-no-answer = Pas de réponse
drop-files = Choisir des fichiers
drop-files-hint = Jusqu’à { $files } fichiers de { $file } chacun, { $dispatch } en tout. Si la connexion se coupe, les fichiers arrivés entiers sont gardés. Envoyez les très gros fichiers un par un.
drop-send = Envoyer
drop-keep = Garder pour plus tard
drop-keep-hint = « Garder pour plus tard » enregistre un brouillon chiffré. L’équipe ne le voit pas et ne peut pas répondre tant que vous ne l’avez pas envoyé.
drop-add = Ajouter au brouillon
drop-send-hint = Par Tor, l’envoi peut être long. Gardez cette page ouverte : l’encadré du bas montre où il en est.
box-title = Progression et accusé de réception
box-hint = Vide ou arrêté ? ✕, puis « Envoyer ».

progress-title = Progression de l’envoi
progress-waiting = Aucun envoi en cours.
progress-of = { $done } sur { $total }
progress-rate = { $rate } par seconde
progress-seconds-left = encore moins d’une minute
progress-minutes-left = { $count ->
    [one] encore une minute environ
   *[other] encore { $count } minutes environ
}
progress-hours-left = { $count ->
    [one] encore une heure environ
   *[other] encore { $count } heures environ
}
progress-file = Fichier { $number } : { $name }
progress-sealing = Tout est arrivé. Enregistrement en cours.
progress-sent = Enregistré.
result-title = Accusé de réception

## Accusé de réception

receipt-title = Bien reçu
receipt-open = Voir l’accusé de réception
receipt-kept-open = Voir ce qui est gardé
receipt-lead = Votre envoi est chiffré et enregistré. Seule l’équipe peut l’ouvrir.
receipt-code-heading = Votre code
receipt-code-hint = Ce qui vient d’arriver est sous ce code. Si votre papier dit autre chose, corrigez-le maintenant.
receipt-content-heading = Ce qui est arrivé
receipt-message = Votre message est arrivé.
receipt-no-file = Aucun fichier.
receipt-left-heading = Pas envoyé cette fois
receipt-left = Ces fichiers sont arrivés lors d’un essai précédent et sont gardés comme brouillon. Ouvrez votre boîte pour les envoyer ou les supprimer.
receipt-hash = Empreinte (SHA-256)
receipt-next-heading = Et maintenant
receipt-next-read = L’équipe récupère votre envoi et l’ouvre sur une machine sans réseau.
receipt-next-return = Revenez dans quelques jours avec votre code pour lire la réponse.
receipt-next-expiry = { $count ->
    [one] Votre envoi est supprimé ici un jour après que l’équipe l’a récupéré.
   *[other] Votre envoi est supprimé ici { $count } jours après que l’équipe l’a récupéré.
}
receipt-kept-title = Pas encore envoyé
receipt-kept-lead = Votre brouillon est gardé ici, chiffré. L’équipe ne le voit pas et ne peut pas répondre tant que vous ne l’avez pas envoyé.
receipt-kept-until = Il est supprimé après le { $date }, ou plus tôt si la place manque. Chaque ajout fait repartir le délai.
receipt-send-now = Ouvrir ma boîte pour l’envoyer
receipt-next-kept = Dans votre boîte, vous pouvez envoyer le brouillon, le compléter ou le supprimer.
receipt-before-title = Déjà reçu
receipt-before = Ce formulaire a déjà été envoyé, et tout ce qu’il contient est enregistré une fois.
receipt-open-mailbox = Ouvrir ma boîte

## Boîte

mailbox-form-title = J’ai un code
mailbox-form-label = Votre code
mailbox-form-hint = Tapez les mots dans l’ordre. Majuscules, accents et retours à la ligne ne comptent pas. Quatre lettres de chaque mot suffisent.
mailbox-form-open = Ouvrir ma boîte
mailbox-title = Votre boîte
mailbox-replies = Réponses
mailbox-no-replies = Pas encore de réponse. Revenez dans quelques jours.
mailbox-empty = Il n’y a plus rien ici : le délai est passé, ou vous avez tout retiré ou supprimé.
mailbox-reply = Répondre
mailbox-reply-unreadable = Votre code n’ouvre pas cette réponse. Dites-le à l’équipe dans un nouveau message.
mailbox-reply-cut = Seul le début de cette réponse est affiché.
mailbox-reply-whole = Télécharger la réponse entière
mailbox-reply-files = Fichiers joints à cette réponse
mailbox-file-caution = Un fichier ouvert hors du Navigateur Tor peut contacter le réseau et vous révéler. Ouvrez-le hors ligne, sous Tails par exemple.
mailbox-download = Télécharger
mailbox-sent = Ce que vous avez envoyé
mailbox-sent-files = { $count ->
    [0] Message
    [one] Un fichier, environ { $size }
   *[other] { $count } fichiers, environ { $size }
}
mailbox-waiting = Pas encore récupéré
mailbox-fetched = Récupéré par l’équipe le { $date }
mailbox-expires = Gardé ici jusqu’au { $date }
mailbox-expires-unread = Gardé ici jusqu’au { $date }, si personne ne le récupère avant
mailbox-draft = Pas encore envoyé
mailbox-draft-text = L’équipe ne voit pas ce brouillon et ne peut pas répondre tant que vous ne l’avez pas envoyé.
mailbox-draft-until = Gardé jusqu’au { $date }, ou moins longtemps si la place manque.
mailbox-draft-send = Envoyer maintenant
mailbox-draft-add = Compléter ce brouillon
mailbox-add = Envoyer autre chose
mailbox-add-open = Écrire ou joindre autre chose
mailbox-end = Quand vous avez fini
mailbox-nothing-title = Rien sous ce code
mailbox-nothing = Rien n’est arrivé sous ce code, ou le délai est passé, ou tout a été supprimé, par vous ou par l’équipe. Si vous venez d’envoyer quelque chose, comparez chaque mot avec votre papier. Vous pouvez aussi envoyer maintenant : gardez alors ce code.
mailbox-nothing-older = Ce code a huit mots. Les codes en ont neuf à présent : si votre papier en a neuf, tapez-les tous. Rien n’est enregistré sous ces huit mots. Pour envoyer quelque chose, prenez un nouveau code.
mailbox-new-code = Envoyer des documents avec un nouveau code
mailbox-try-again = Essayer un autre code

## Questions

question-back = Non, revenir
gone-already = Ce n’est plus ici : déjà envoyé, retiré ou supprimé.
draft-changed = Le brouillon a changé entre-temps. Regardez-le de nouveau, puis envoyez-le.
draft-look = Ouvrir ma boîte
discard-title = Supprimer ce brouillon ?
discard-text = Le brouillon du { $date } est supprimé sans être envoyé, avec ses fichiers et son message. C’est définitif.
discard-done = Le brouillon est supprimé.
remove-title = Supprimer « { $name } » ?
remove-text = Le fichier est supprimé ici et ne sera pas envoyé. L’équipe ne l’a jamais vu. C’est définitif.
remove-done = Le fichier est supprimé.
withdraw = Retirer
withdraw-title = Retirer votre envoi du { $date } ?
withdraw-text = Il est supprimé ici si personne dans l’équipe ne l’a récupéré. C’est définitif. Une personne qui le récupère à cet instant peut encore l’obtenir.
withdraw-done = Votre envoi est retiré et supprimé ici.
withdraw-too-late = L’équipe l’a récupéré entre-temps. Il n’est plus possible de le retirer.
delete = Supprimer
delete-title = Supprimer la réponse du { $date } ?
delete-text = La réponse et ses fichiers sont supprimés ici. C’est définitif.
delete-done = La réponse est supprimée.
erase = Tout supprimer
erase-hint = Ce bouton supprime tout sous votre code : envois, brouillons et réponses. L’équipe garde ce qu’elle a récupéré.
closed-title = Pas de nouveaux documents pour le moment
closed-codes = Si vous avez un code, il fonctionne toujours : lisez les réponses, envoyez ce que vous avez préparé, ajoutez des documents.
mailbox-as-of = Ce site a été rétabli à partir d’une copie du { $day }. Ce que vous avez envoyé ou fait après ce jour n’y est pas. Envoyez-le de nouveau si vous le pouvez encore.
erase-backups = { $count ->
    [one] Des copies de secours chiffrées peuvent encore le contenir pendant un jour.
   *[other] Des copies de secours chiffrées peuvent encore le contenir pendant { $count } jours.
}
erase-title = Tout supprimer sous ce code ?
erase-text = Envois, brouillons et réponses sont supprimés ici. L’équipe garde ce qu’elle a récupéré et ne pourra plus vous répondre. C’est définitif.
erased-title = Tout est supprimé
erased-text = Il ne reste rien sous votre code. « Précédent » et « Actualiser » ne montrent rien.
erased-advice = Choisissez maintenant « Nouvelle identité » dans le Navigateur Tor (le balai), ou fermez-le. Détruisez le papier qui porte le code.

## Quitter

leave = Quitter
leave-hint = Quitter ferme la boîte. Ensuite, seul votre code la rouvre : « Précédent » et « Actualiser » ne la rouvrent pas.
left-title = Vous avez quitté la boîte
left-text = La boîte est fermée. « Précédent » et « Actualiser » ne la rouvrent pas.
left-advice = Choisissez maintenant « Nouvelle identité » dans le Navigateur Tor (le balai), ou fermez-le. Gardez le papier du code là où personne ne cherche.

## Visites qui ne sont pas sûres

loopback-notice = Cette page n’est pas arrivée par une adresse onion. Elle ne sert qu’à essayer : n’envoyez pas de vrais documents.
relayed-title = Attention : ce chemin n’est pas sûr
relayed-text = Cette page vous arrive par un relais du web ordinaire, comme tor2web. Qui le tient peut voir qui vous êtes, ce que vous envoyez et votre code. Rien de cette demande n’a été gardé.
host-title = Attention : cette adresse n’est pas la nôtre
host-text = Cette page a été demandée sous un nom qui n’est pas le nôtre. Quelqu’un entre vous et nous voit peut-être qui vous êtes, ce que vous envoyez et votre code. Rien de cette demande n’a été gardé.
danger-heading = Que faire maintenant
danger-nothing = N’envoyez rien ici et n’y tapez aucun code.
danger-browser = Prenez le Navigateur Tor sur torproject.org, avec un appareil et un réseau qui ne sont pas ceux de votre travail. Ouvrez-y notre adresse : elle finit par « .onion ».
danger-no-address = Reprenez notre adresse là où vous avez entendu parler de nous.
danger-code = Si vous avez déjà tapé un code ici, d’autres le connaissent peut-être. Recommencez avec un nouveau code dans le Navigateur Tor.
danger-address = Notre adresse
danger-compare = Un relais peut aussi modifier cette page. Comparez cette adresse avec celle que vous aviez au départ.

## Ce qui peut échouer

error-heading = Pas envoyé
code-problem = Vérifiez votre code
sign-in-problem = Connexion refusée
error-nothing-sent = Rien n’a été envoyé.
error-kept = { $count ->
    [one] Un fichier est arrivé entier et il est gardé comme brouillon dans votre boîte. Corrigez le formulaire et renvoyez le tout.
   *[other] { $count } fichiers sont arrivés entiers et sont gardés comme brouillon dans votre boîte. Corrigez le formulaire et renvoyez le tout.
}
error-kept-part = { $count ->
    [one] Un fichier est arrivé entier et il est gardé comme brouillon. Ouvrez votre boîte pour l’envoyer, puis envoyez les autres avec le même code.
   *[other] { $count } fichiers sont arrivés entiers et sont gardés comme brouillon. Ouvrez votre boîte pour les envoyer, puis envoyez les autres avec le même code.
}
error-mend = Corrigez le formulaire ci-dessus et envoyez de nouveau. Les fichiers choisis le sont toujours.
error-choose = Choisissez de nouveau les fichiers dans le formulaire ci-dessus, puis envoyez. Votre texte y est toujours.
error-retry = Envoyez de nouveau dans un moment. Les fichiers choisis le sont toujours dans le formulaire ci-dessus.
error-again = Rouvrir le formulaire
error-back-home = Revenir à l’accueil

code-empty = Tapez les mots de votre code.
code-too-long = C’est trop long. Tapez les mots de votre code et rien d’autre.
code-count = { $found ->
    [one] Un code a neuf mots. Vous en avez tapé un.
   *[other] Un code a neuf mots. Vous en avez tapé { $found }.
}
code-unknown = Le mot { $position } ne peut pas être le bon. Comparez-le avec votre papier.
code-unknown-suggest = Le mot { $position } ne peut pas être le bon. Peut-être : { $words } ?
code-check = L’un de ces mots est faux, ou deux ont changé de place. Comparez chacun avec votre papier.

error-too-large-title = Pas envoyé : trop gros
error-file-too-large = Un fichier dépasse { $limit }. Découpez-le ou envoyez une copie plus petite.
error-dispatch-too-large = Vous avez choisi plus de { $limit }, le maximum d’un envoi. Un fichier peut avoir { $file }. Envoyez le reste plus tard avec le même code.
error-too-many-files = Il y a plus de { $limit } fichiers. Envoyez-les en plusieurs fois avec le même code, ou dans une archive.
error-full-title = Pas envoyé : plus de place
error-full = Il n’y a pas assez de place en ce moment. Envoyez-en moins, ou revenez plus tard. Votre code reste valable.
error-too-large-now = La place manque en ce moment : { $most } au plus en tout. Envoyez-en moins, ou revenez plus tard. Votre code reste valable.
error-busy-title = Trop de demandes
error-busy = Trop de personnes envoient en ce moment. Attendez une minute et réessayez.
error-busy-form = Trop de personnes envoient ou demandent en même temps. Attendez une minute, puis actualisez cette page et confirmez : ce que vous avez écrit est envoyé de nouveau.
error-displaced = Beaucoup de personnes envoient, et cet envoi n’avançait presque pas : sa place est allée à quelqu’un d’autre. Demandez un nouveau circuit au Navigateur Tor, puis renvoyez.
error-stale = Les clés de l’équipe ont changé depuis l’arrivée de ces fichiers. Supprimez ce brouillon et renvoyez les fichiers.
error-keys-changed = Les clés de l’équipe ont changé pendant l’envoi : rien n’a été publié. Au prochain envoi, tout sera chiffré pour les nouvelles clés.
error-discarded = Cet envoi s’est arrêté : dans une autre fenêtre, le formulaire a été renvoyé, ou son brouillon envoyé, modifié ou supprimé. Votre boîte montre ce qui est gardé.
error-drafts = Il y a { $most } brouillons sous ce code, le maximum. Envoyez ou supprimez-en un dans votre boîte. « Envoyer » fonctionne toujours, mais un envoi coupé perd alors ses fichiers.
error-unheld = Des fichiers arrivés n’ont pas pu être gardés comme brouillon : il n’y a plus de place sous ce code. Envoyez ou supprimez des brouillons dans votre boîte, puis renvoyez.
error-empty = Écrivez un message ou choisissez un fichier.
error-message-too-long = Le message dépasse { $limit } caractères. Raccourcissez-le, ou joignez-le comme fichier.
error-answer-too-long = Une réponse dépasse { $limit } caractères. Raccourcissez-la.
error-message-has-code = Le texte contient votre code. Qui le lit pourrait ouvrir votre boîte. Retirez le code et renvoyez.
error-file-name-has-code = Un nom de fichier contient votre code. Qui le lit pourrait ouvrir votre boîte. Renommez le fichier, choisissez-le de nouveau et envoyez.
error-older-code = Ce formulaire porte un code de huit mots, d’un ancien modèle. Rien de nouveau n’y est enregistré. Vous pouvez ouvrir ci-dessous un nouveau formulaire, avec votre texte et un nouveau code.
error-team = Choisissez à qui l’envoyer.
error-ticket-old = Ce formulaire a plus d’une semaine. Rien n’a été envoyé. Vous pouvez ouvrir ci-dessous un nouveau formulaire, avec votre texte et un nouveau code.
error-code-ticket-old = Cette page a plus d’une semaine. Tapez de nouveau votre code.
error-ticket-foreign = Ce formulaire ne vient pas de ce site, ou il a été modifié en route. Recommencez depuis l’accueil.
error-form-title = Le formulaire n’a pas pu être lu
error-form = Ce n’est pas un formulaire de ce site. Recommencez depuis l’accueil. Si vous avez déjà un code, choisissez-y « J’ai un code ».
error-cut = L’envoi s’est interrompu. Rien n’a été envoyé. Les fichiers arrivés entiers sont gardés comme brouillon : choisissez « J’ai un code » à l’accueil.
error-slow = Cela a pris trop de temps. Cela a peut-être marché : regardez dans votre boîte.
error-origin-title = Refusé
error-origin = Cette demande venait d’un autre site. Rien n’a été fait. Fermez cet autre site si vous ne vous y attendiez pas.
error-not-found-title = Page introuvable
error-not-found = L’adresse est peut-être mal tapée.
error-no-file = Ce fichier n’est pas dans votre boîte.
error-internal-title = Quelque chose a échoué ici
error-internal = Ce n’est pas votre faute. Réessayez plus tard. Votre code reste valable.

## Desk: inbox

inbox-views = Boîtes à afficher
inbox-all = Toutes
inbox-unread = Non lues
inbox-starred = Avec étoile
inbox-muted = En sourdine
inbox-clock = L’horloge du serveur est peut-être fausse. En attendant, rien n’est supprimé à sa date, et tout ce qui arrive est daté du { $day }. Prévenez la personne qui administre ce site.
inbox-search = Chercher par nom de boîte
inbox-label = Étiquette
inbox-any-label = Toutes
inbox-find = Chercher
inbox-nothing = Il n’y a rien ici pour le moment. Les boîtes en sourdine sont sous « En sourdine ».
inbox-nothing-found = Aucune boîte ne correspond.
inbox-nothing-unread = Vous avez tout récupéré.
inbox-nothing-starred = Vous n’avez mis d’étoile à aucune boîte.
inbox-nothing-muted = Vous n’avez mis aucune boîte en sourdine.
inbox-show-all = Afficher toutes les boîtes
inbox-row-unread = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
inbox-row-since = en attente depuis le { $date }
inbox-row-answered = réponse envoyée
inbox-row-not-answered = sans réponse
desk-files = { $count ->
    [0] Message, { $size }
    [one] Un fichier, { $size }
   *[other] { $count } fichiers, { $size }
}
inbox-pages = Pages
inbox-newer = Plus récentes
inbox-older = Plus anciennes
inbox-download = Récupérer les envois non lus
inbox-download-of = Récupérer les envois non lus de { $team }
inbox-download-hint = Un seul paquet contient tout ce que vous n’avez pas récupéré, sans les boîtes en sourdine.

## Desk: a mailbox

mark-star = Ajouter une étoile
mark-unstar = Retirer l’étoile
mark-starred = avec étoile
mark-mute = Mettre en sourdine
mark-unmute = Sortir de la sourdine
mark-muted = en sourdine
mark-mute-hint = Vous seul voyez vos étoiles et vos sourdines. Une boîte en sourdine figure sous « En sourdine » ; votre flux (page Compte) et « Récupérer les envois non lus » la laissent de côté.
mark-star-done = La boîte porte votre étoile.
mark-unstar-done = Votre étoile est retirée.
mark-mute-done = La boîte est en sourdine. Vous la trouvez sous « En sourdine ».
mark-unmute-done = La boîte n’est plus en sourdine.
labels-title = Étiquettes de l’équipe
labels-done = Les étiquettes sont modifiées.
dispatches-title = Envois, réponses et notes
access-lacking = Certaines clés de l’équipe d’aujourd’hui ne peuvent pas tout ouvrir dans cette boîte. Une personne dont la clé l’ouvre peut le transmettre, avec sourdine reseal :
access-former = Certaines clés qui ne sont plus dans l’équipe peuvent encore ouvrir une partie de cette boîte, si quelqu’un en a les fichiers :
access-closed = ne peut pas ouvrir { $count } sur { $all }
access-opens = ouvre { $count } sur { $all }
dispatches-none = Il ne reste rien ici.
dispatches-all-unread = { $count ->
    [one] Récupérer ce qui est nouveau
   *[other] Récupérer ce qui est nouveau ({ $count })
}
dispatch-submission = De la source, le { $date }
dispatch-reply = Réponse de votre équipe, le { $date }
dispatch-note = Note pour votre équipe, le { $date }
dispatch-new = nouveau
dispatch-sent-by = Envoyée par { $who }
dispatch-note-by = Par { $who }
dispatch-sent-by-operator = Déposée par la personne qui administre ce site
dispatch-fetched = Récupéré par { $who }, le { $date }
dispatch-exported = Exporté par la personne qui administre ce site, le { $date }
dispatch-kept = Conservation jusqu’au { $date } au moins
dispatch-pick = Sélectionner
dispatch-manifest = Récupérer seulement le message et la liste des fichiers ({ $size })
dispatches-get = Récupérer la sélection
dispatches-fetched = Marquer comme récupéré
dispatches-fetched-hint = Les deux boutons « Marquer » changent ce qui compte comme récupéré par vous, sans rien télécharger. Si un paquet s’est perdu, marquez les envois comme non récupérés. Sinon ils seront supprimés à leur date, sans avoir été lus.
dispatches-fetched-done = { $count ->
    [one] Un envoi ou une note compte comme récupéré par vous.
   *[other] { $count } envois et notes comptent comme récupérés par vous.
}
dispatches-unfetched = Marquer comme non récupéré
dispatches-unfetched-done = { $count ->
    [one] Un envoi ou une note compte comme non récupéré par vous.
   *[other] { $count } envois et notes comptent comme non récupérés par vous.
}
dispatches-none-picked = La sélection ne contient rien à changer. Sélectionnez d’abord des envois ou des notes.
desk-delete-title = Supprimer l’envoi du { $date } pour toute l’équipe ?
desk-delete-reply-title = Supprimer la réponse du { $date } pour toute l’équipe ?
desk-delete-note-title = Supprimer la note du { $date } pour toute l’équipe ?
desk-delete-text = L’envoi et ses fichiers sont supprimés ici. Plus personne ne pourra les récupérer. Les copies déjà récupérées restent. C’est définitif.
desk-delete-unfetched = Personne n’a encore récupéré cet envoi. Il sera perdu, avec ses fichiers. C’est définitif.
desk-delete-reply-text = La réponse et ses fichiers sont supprimés ici. Si la source ne l’a pas lue, elle ne la lira jamais. C’est définitif.
desk-delete-note-text = La note et ses fichiers sont supprimés ici. Plus personne ne pourra les récupérer. Les copies déjà récupérées restent. C’est définitif.
desk-delete-done = La suppression est faite.
erase-mailbox-title = Supprimer la boîte
erase-mailbox-hint = Cela supprime tous les envois, toutes les réponses et toutes les notes, pour toute l’équipe et pour la source.
erase-mailbox = Supprimer la boîte
erase-mailbox-question = Supprimer la boîte { $name } pour toute l’équipe ?
erase-mailbox-text = { $count ->
    [one] Un envoi, une réponse ou une note est supprimé ici.
   *[other] { $count } envois, réponses et notes sont supprimés ici.
} { $unread ->
    [0] Chaque envoi a été récupéré par au moins une personne.
    [one] Personne n’a récupéré l’un des envois.
   *[other] Personne n’a récupéré { $unread } des envois.
} La source ne trouvera plus rien de votre équipe. C’est définitif.
erase-mailbox-done = La boîte est supprimée.

## Desk: answering

reply-title = Répondre
reply-hint = Votre réponse est chiffrée sur ce serveur à son arrivée, pour la source et votre équipe. Il est plus sûr de la chiffrer sur votre machine, sans réseau, puis de la déposer ici.
reply-files-hint = Vous pouvez choisir plusieurs fichiers : { $file } chacun, { $dispatch } ensemble. Gardez cette page ouverte pendant l’envoi. Si la connexion est coupée, rien n’est envoyé ; envoyez de nouveau.
reply-alone = Cette boîte date d’avant la clé post-quantique de sa source. Votre réponse est chiffrée pour la seule clé classique de la source : votre équipe ne pourra pas la rouvrir. Gardez-en une copie si vous en avez besoin.
reply-send = Envoyer la réponse
reply-offline = Réponse chiffrée hors ligne ?
reply-sent = La réponse est envoyée. La source peut la lire avec son code.
reply-too-large = Les fichiers dépassent ensemble { $limit }. Rien n’a été envoyé. Choisissez moins de fichiers, puis envoyez les autres de la même façon.
reply-too-many = Il y a plus de { $limit } fichiers. Rien n’a été envoyé. Mettez-les dans une archive, ou choisissez moins de fichiers, puis envoyez les autres de la même façon.
reply-no-room = Le serveur n’a pas la place. Rien n’a été envoyé. Prévenez la personne qui administre ce site, ou supprimez ce qui ne sert plus. Votre texte est toujours là ; choisissez de nouveau les fichiers.
note-title = Note pour votre équipe
note-hint = Pour ce que l’équipe doit savoir de cette boîte. La source ne voit pas la note et n’apprend pas qu’il y en a une.
note-open = Écrire une note pour votre équipe
note-how = Votre note est chiffrée sur ce serveur à son arrivée, pour votre équipe seule. Il est plus sûr de la chiffrer sur votre machine, sans réseau, avec « sourdine reply --note », puis de la déposer.
note-send = Enregistrer la note
note-offline = Note chiffrée hors ligne ?
note-sent = La note est enregistrée. Elle est nouvelle pour le reste de votre équipe.
deliver-title = Déposer une réponse ou une note chiffrée hors ligne
deliver-hint = Pour les réponses et les notes que « sourdine reply » a chiffrées sur votre machine.
deliver-open = Déposer une réponse ou une note chiffrée hors ligne
deliver-text = « sourdine read » met les réponses et les notes chiffrées dans le dossier outbox de votre archive ; « sourdine reply » en fait une par une commande. Vous pouvez les déposer toutes ensemble. Le serveur vérifie la boîte et le nombre de clés. Il ne peut lire ni la réponse ni la note.
deliver-team = Quelle équipe répond ?
deliver-bundle = Le paquet : choisissez tous ses volumes ensemble
deliver-send = Déposer
deliver-done = la réponse est envoyée
deliver-before = cette réponse avait déjà été envoyée
deliver-note-done = la note est enregistrée pour votre équipe
deliver-note-before = cette note avait déjà été enregistrée
deliver-unpadded = Une partie n’est pas complétée : sa taille enregistrée montre la taille exacte. « sourdine reply » complète les tailles.
deliver-damaged = Ce fichier n’est pas un paquet, ou il est abîmé. Rien n’a été envoyé. Refaites le paquet, puis déposez-le.
deliver-cut = La fin de ce paquet manque. Rien n’a été envoyé. Copiez-le de nouveau ou refaites-le, puis déposez-le.
deliver-packed = C’est une archive qui contient le paquet, ou un seul de ses fichiers. Rien n’a été envoyé. Extrayez-la, puis déposez le .tar que « sourdine reply » a écrit.
deliver-folder = Ce paquet a été extrait, puis réarchivé dans le dossier « { $folder } ». Rien n’a été envoyé. Déposez le .tar que « sourdine reply » a écrit.
deliver-no-mailbox = { $name } : cette équipe n’a pas de boîte de ce nom. Rien n’a été envoyé. La boîte a peut-être été supprimée, ou le paquet est pour une autre équipe ou un autre site.
deliver-structure = { $place } : manifest.json.age manque, ou les fichiers ne sont pas numérotés 0001, 0002 et ainsi de suite. Rien n’a été envoyé. Refaites le paquet avec « sourdine reply ».
deliver-not-sealed = { $place } n’est pas chiffré avec age, ou est abîmé. Rien n’a été envoyé. Refaites le paquet avec « sourdine reply ».
deliver-keys = { $place } est chiffré pour { $found } clés ; il en faut { $expected } : celle de la source et celles de votre équipe. Rien n’a été envoyé. Refaites le paquet avec « sourdine reply », ou chiffrez-le pour ces clés exactement.
deliver-kind = { $place } est chiffré pour des clés d’une autre sorte (classique ou post-quantique) que celle attendue, ou pour les deux sortes. Rien n’a été envoyé. Refaites le paquet avec « sourdine reply » ou « sourdine reply --note ».
deliver-note-keys = { $place } est chiffré pour { $found } clés ; pour une note il en faut { $expected } : celles de votre équipe, sans celle de la source. Rien n’a été envoyé. Refaites le paquet avec « sourdine reply --note », ou chiffrez-le pour ces clés exactement.
deliver-note-as-reply = { $place } porte le nom d’une note, mais est chiffré pour { $found } clés, comme une réponse. Il en faut { $expected } : celles de votre équipe seule. Rien n’a été envoyé. Refaites le paquet : une note avec « sourdine reply --note », une réponse avec « sourdine reply ».
deliver-reply-as-note = { $place } porte le nom d’une réponse, mais n’est pas chiffré pour la source (clés : { $found } au lieu de { $expected }). C’est peut-être un paquet récupéré ici. Rien n’a été envoyé. Déposez un fichier du dossier outbox, ou le paquet que « sourdine reply » a écrit.
deliver-long-message = { $place } : le message est trop long. Rien n’a été envoyé. Mettez le texte dans un fichier et joignez ce fichier.
deliver-too-large = Le paquet dépasse la taille permise pour une réponse ou une note. Rien n’a été envoyé. Déposez-en moins à la fois.
deliver-no-room = Le serveur n’a pas la place pour tout. Une partie est peut-être envoyée : regardez dans les boîtes. Déposez plus tard le même paquet ; rien n’est envoyé deux fois.

## Desk: downloads

download-title = Votre paquet
download-holds = { $count ->
    [one] Un envoi, une réponse ou une note
   *[other] { $count } envois, réponses et notes
}, { $size }
download-volumes = Le paquet a plusieurs volumes, chacun assez petit pour une clé USB. Le premier démarre tout seul ; lancez les autres d’ici. Chaque volume s’ouvre seul.
download-counted-title = Ce qui compte comme récupéré
download-counted = { $count ->
    [0] Le téléchargement commence tout seul. Quand il est fini, actualisez cette page : rien de ce paquet ne compte encore comme récupéré par vous.
    [one] Sur { $all } envois et notes, { $count } compte comme récupéré par vous.
   *[other] Sur { $all } envois et notes, { $count } comptent comme récupérés par vous.
}
download-counted-all = Tout ce paquet compte comme récupéré par vous.
download-counted-look = Actualiser cette page
download-counted-hint = Un envoi ou une note est marqué automatiquement comme récupéré quand tous ses volumes sont arrivés jusqu’au bout. Si le compte est faux, corrigez-le ici.
download-broken-title = Si le téléchargement s’arrête
download-broken = Laissez le navigateur reprendre le téléchargement, ou rouvrez cette page et appuyez sur le nom du volume. Cette page reste jusqu’au { $date }. Si votre session est terminée, connectez-vous d’abord. Si quelque chose est supprimé entre-temps, cette page propose un nouveau paquet avec le reste.
download-open-title = Ouvrir le paquet
download-open = Portez le paquet sur la machine qui détient votre clé et ne va jamais en ligne. Lancez-y cette commande : la même archive grandit à chaque paquet. « sourdine read archive -i key.txt » la montre dans un navigateur. README.txt, dans le paquet, dit comment faire avec age seul.
download-answer-title = Répondre hors ligne
download-answer = Écrivez votre réponse dans un fichier texte qui porte le nom de la boîte. Lancez la commande de cette boîte, puis déposez ici le paquet qu’elle a écrit.
download-done = Tout marquer comme récupéré
download-undone = Tout marquer comme non récupéré
download-nothing = Il n’y a rien de nouveau.
download-more = Un paquet contient au plus { $count } envois. Quand vous aurez récupéré celui-ci, appuyez de nouveau sur le bouton pour le reste.
download-damaged = { $count ->
    [one] Un envoi, une réponse ou une note est abîmé sur le serveur et n’est pas dans le paquet. Prévenez la personne qui administre ce site : une sauvegarde l’a peut-être.
   *[other] { $count } envois, réponses et notes sont abîmés sur le serveur et ne sont pas dans le paquet. Prévenez la personne qui administre ce site : une sauvegarde les a peut-être.
}
changed-title = Ce paquet a changé
changed-text = Quelque chose y a été supprimé ou a expiré. Un téléchargement commencé ne peut pas continuer.
changed-again = Préparer un nouveau paquet avec le reste ({ $count })
desk-error-cut = La connexion a été coupée. Rien n’a été envoyé. Recommencez l’envoi.
desk-error-cut-title = Non envoyé

## Desk: every page

desk-rooms = Bureau
desk-inbox = Boîtes
desk-journal = Journal
desk-account = Compte
desk-sign-out = Se déconnecter
desk-footer = Ce site est réservé à la rédaction. Un cookie maintient votre session, et aucun script ne s’exécute. Ce qui est ici ne s’ouvre qu’avec votre propre clé.
desk-loopback = Cette page n’est pas arrivée par une adresse onion. Elle ne sert qu’à essayer.
desk-back = Retour aux boîtes
desk-operator = La personne qui administre ce site

## Desk: signing in

desk-sign-in-title = Connexion
desk-sign-in = Se connecter
desk-sign-in-again = Se connecter dans un autre onglet
desk-name = Nom
desk-passphrase = Phrase de passe
desk-code = Code de votre appareil
desk-code-hint = Six chiffres qui changent toutes les trente secondes.
desk-sign-in-hint = La personne qui administre ce site crée les comptes. Adressez-vous à elle si votre phrase de passe ou votre appareil est perdu.

## Desk: what can go wrong

desk-signed-out-title = Votre session est terminée
desk-signed-out = Rien n’a été fait. Une session se termine après une demi-heure sans clic, ou après huit heures. Connectez-vous dans un autre onglet, puis recommencez là.
desk-other-session-title = Pas fait
desk-other-session = Ce formulaire est antérieur à votre session, ou vient d’un autre site. Rien n’a été fait. Ouvrez de nouveau la page, puis recommencez.
desk-kept = Votre texte, à copier d’ici
desk-error-form = Ce n’est pas un formulaire de ce site. Rien n’a été fait. Ouvrez de nouveau la page.
desk-error-slow = Cela a pris trop de temps. C’est peut-être fait quand même : regardez, puis recommencez s’il le faut.
desk-relayed = Cette page vous parvient par un relais du web ouvert (tor2web, par exemple). Ce relais voit tout ce que vous lisez et tapez. Utilisez le Navigateur Tor et l’adresse qui se termine par « .onion ».
desk-host = Ce nom n’appartient pas à ce site. Quelqu’un se tient peut-être entre vous et nous. Ne tapez rien ici. Demandez l’adresse à la personne qui administre ce site.
desk-error-busy = Trop de demandes à la fois. Attendez une minute, puis réessayez.
desk-error-not-found = Rien à cette adresse n’est pour vous. L’adresse est peut-être mal tapée, ou la page a été supprimée.
desk-error-internal = La faute vient de nous. Réessayez plus tard, ou prévenez la personne qui administre ce site.

## Desk: signing in that did not work

desk-wrong = Nom, phrase de passe ou code incorrect. Un code sert une seule fois, pendant une minute environ : attendez le suivant, puis réessayez. Après plusieurs codes incorrects, le compte doit attendre entre deux essais, jusqu’à une heure.
desk-sign-in-busy = Trop de connexions à la fois. Aucun compte n’est bloqué. Attendez dix secondes, puis réessayez avec un nouveau code.
desk-no-cookie = Votre navigateur n’a pas gardé le cookie de ce site. Sans lui, la session ne tient pas. Utilisez le Navigateur Tor (dans un autre Firefox, mettez à true le réglage avancé dom.securecontext.allowlist_onions). Autorisez les cookies, puis réessayez avec un nouveau code.

## Desk: account

desk-account-title = Votre compte
desk-account-name = Votre session est ouverte sous le nom { $name }.
desk-account-teams = Vos équipes :
desk-keys-title = Clés de vos équipes
desk-keys-hint = Empreintes des clés pour lesquelles tout ce qui arrive est chiffré, et une pour toutes ensemble. La page d’accueil des sources montre les mêmes. Comparez-les par téléphone avec une autre personne de l’équipe.
desk-passphrase-title = Changer votre phrase de passe
desk-passphrase-new = Nouvelle phrase de passe
desk-passphrase-new-hint = Ces sept mots ont été tirés au hasard pour vous : notez-les. Ou tapez la vôtre, d’au moins vingt caractères.
desk-passphrase-old = Phrase de passe actuelle
desk-passphrase-change = Changer la phrase de passe
desk-passphrase-done = Votre phrase de passe est changée. Vos autres sessions sont terminées.
desk-passphrase-short = La nouvelle phrase de passe est trop courte : il faut au moins vingt caractères. Rien n’a été changé.
desk-passphrase-long = La nouvelle phrase de passe est trop longue : deux cents caractères au plus. Rien n’a été changé.
desk-change-wrong = Phrase de passe actuelle ou code de l’appareil actuel incorrect. Rien n’a été changé. Un code sert une seule fois : attendez le suivant, puis réessayez. Après plusieurs codes incorrects, le compte doit attendre entre deux essais, jusqu’à une heure.
desk-device-heading = Appareil pour les codes
desk-device-hint = Une application de cet appareil montre les six chiffres de la connexion. Pour passer à un autre appareil, ayez les deux sous la main.
desk-device-change = Utiliser un autre appareil
desk-device-scan = Scannez ceci avec l’application du nouvel appareil. Si vous rouvrez cette page, elle montre un autre secret.
desk-device-picture = Code QR du secret donné en texte ci-dessous
desk-device-text = Ou tapez ceci à la main :
desk-device-new-code = Code du nouvel appareil
desk-device-old-code = Code de l’appareil actuel
desk-device-old-hint = Attendez un nouveau code : celui de la connexion a déjà servi. Si vous n’avez plus l’appareil actuel, demandez de nouveaux accès à la personne qui administre ce site.
desk-device-confirm = Utiliser le nouvel appareil
desk-device-back = Garder l’appareil actuel
desk-device-done = Le nouvel appareil est en service. L’ancien ne fonctionne plus. Vos autres sessions sont terminées.
desk-device-wrong = Code du nouvel appareil incorrect. Rien n’a été changé. Comparez l’application avec cette page, vérifiez l’heure de l’appareil, puis réessayez.
desk-feed-heading = Flux
desk-feed-hint = Un lecteur de flux qui passe par Tor vous dit que quelque chose de nouveau attend, et depuis quel jour. Toute personne qui a l’adresse peut lire cela, et rien de plus. L’adresse est révoquée quand vous changez de phrase de passe ou d’appareil, recevez de nouveaux accès ou fermez toutes vos sessions.
desk-feed-is = Votre flux a une adresse.
desk-feed-none = Votre flux n’a pas encore d’adresse.
desk-feed-make = Créer une nouvelle adresse
desk-feed-revoke = Révoquer l’adresse
desk-feed-revoked = L’adresse de votre flux est révoquée.
desk-feed-new = L’adresse de votre flux
desk-feed-once = Cette adresse n’est montrée qu’une fois : copiez-la maintenant dans votre lecteur de flux. Les adresses antérieures ne fonctionnent plus.
desk-everywhere = Fermer toutes vos sessions
desk-everywhere-hint = Cela termine toutes vos sessions, celle-ci comprise. Utile quand une session est peut-être restée ouverte ailleurs.

## Desk: feed

desk-feed-expires = Un envoi que personne n’a récupéré va être supprimé
desk-feed-expires-on = Conservé jusqu’au { $date }
desk-feed-title = Bureau de la rédaction
desk-feed-waits = Quelque chose de nouveau attend
desk-feed-since = Jour du plus récent : { $date }

## Desk: journal

desk-journal-title = Journal
desk-journal-hint = Ce qui a été fait dans vos équipes, le plus récent d’abord. Les lignes sont conservées 90 jours ; celles d’une boîte partent avec elle. Un acte répété le même jour n’a qu’une ligne.
desk-journal-empty = Le journal est vide.
desk-journal-more = Les lignes plus anciennes ne sont pas affichées.
did-sign-in = { $who } a ouvert une session
did-fetch = { $who } a récupéré des envois ou des notes de { $what }
did-reply = { $who } a répondu à { $what }
did-note = { $who } a écrit une note sur { $what }
did-delete-dispatch = { $who } a supprimé un envoi, une réponse ou une note de { $what }
did-delete-mailbox = { $who } a supprimé la boîte { $what }
did-add = { $who } a créé le compte { $what }
did-reset = { $who } a donné de nouveaux accès au compte { $what }
did-remove = { $who } a supprimé le compte { $what }
did-change-passphrase = { $who } a changé de phrase de passe
did-change-device = { $who } a changé d’appareil
did-sign-out-everywhere = { $who } a fermé toutes ses sessions
did-make-feed = { $who } a créé une adresse de flux
did-revoke-feed = { $who } a révoqué l’adresse du flux
did-change-teams = { $who } a changé les équipes du compte { $what }
did-wrong-codes = Quelqu’un a essayé des codes incorrects avec la bonne phrase de passe de { $who }

## Reading room, and the pages of an archive

room-title = Salle de lecture
room-mailboxes = Boîtes
room-footer = Ces pages restent sur cette machine. Elles ne chargent rien et n’exécutent aucun script. Gardez l’archive sur un support chiffré.
room-empty = Cette archive ne contient encore aucune boîte. Ouvrez d’abord un paquet.
room-unencrypted = Le disque de cette archive ne semble pas chiffré. Quiconque s’en empare peut tout lire. Déplacez l’archive sur une clé ou un disque chiffré.
room-static = Pour chercher, répondre ou ouvrir le paquet suivant sans terminal, lancez « sourdine read » sur cette archive.
room-back = Toutes les boîtes
room-new = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
room-waiting = attend une réponse
room-outbox = réponse chiffrée
room-answered = réponse envoyée
room-outbox-text = Ceci est chiffré et attend d’être déposé sur le site de la rédaction :
room-sent = { $count ->
    [one] { $count } envoi
   *[other] { $count } envois
}
room-answers = { $count ->
    [one] { $count } réponse
   *[other] { $count } réponses
}
room-files = Fichiers
room-save = Enregistrer une copie
room-exact = « _ » remplace ici des caractères de commande. Le texte exact est dans manifest.json.
room-damaged = Ce dossier de l’archive est illisible. Ouvrez de nouveau son paquet dans une nouvelle archive.
room-fault-missing = Absent : le paquet ne contenait pas ce fichier. Ouvrez tous les volumes du paquet.
room-fault-added = Absent : quelqu’un a ajouté ce fichier au paquet. Prévenez votre équipe.
room-fault-altered = Absent : ce fichier a été altéré ou ne s’ouvre pas. Récupérez-le encore une fois.
room-fault-unwritten = Absent : ce fichier n’a pas pu être écrit. Faites de la place, puis ouvrez de nouveau le paquet.
room-layer = La source a chiffré ce fichier. Il est ouvert ici, son origine n’est pas prouvée :
room-left-other-key = La source a chiffré ce fichier pour une autre clé, ou par une phrase de passe. Il reste fermé.
room-left-known = La source a chiffré ce fichier, et les mêmes octets se trouvent ailleurs dans le paquet. Il reste fermé.
room-left-closed = La source a chiffré ce fichier. Il reste fermé.
room-search-label = Chercher dans les messages, les réponses, les noms de fichiers et vos notes
room-search-do = Chercher
room-search-title = Résultats
room-search-for = Recherche : { $words }
room-search-none = Rien n’a été trouvé. La recherche ne lit pas l’intérieur des documents.
room-search-more = Seuls les { $count } premiers endroits sont affichés. Cherchez avec plus de mots.
room-in-message = dans un message
room-in-answer = dans une réponse à une question
room-in-file = dans un nom de fichier
room-in-notes = dans vos notes
room-open-title = Ouvrir un paquet
room-open-label = Choisissez le paquet, avec tous ses volumes
room-open-hint = Les fichiers .tar récupérés sur le site de la rédaction. Ils s’ajoutent à cette archive.
room-open-do = Ouvrir
room-opening = Les paquets sont en cours d’ouverture. Cette page dira ce qu’il en est.
room-opened-title = Le paquet a été ouvert
room-refused-title = Le paquet n’a pas été ouvert
room-opened-added = { $count ->
    [one] { $count } envoi ou réponse a été ajouté.
   *[other] { $count } envois ou réponses ont été ajoutés.
}
room-opened-here = { $count ->
    [one] { $count } était déjà là.
   *[other] { $count } étaient déjà là.
}
room-opened-missing = { $count ->
    [one] { $count } fichier manque ou a été altéré. Sa boîte dit pourquoi.
   *[other] { $count } fichiers manquent ou ont été altérés. Leurs boîtes disent pourquoi.
}
room-opened-closed = Ceux-ci sont restés fermés :
room-closed-key = Il n’est pas chiffré pour votre clé. Demandez qui, dans votre équipe, peut l’ouvrir.
room-closed-altered = Il a été altéré ou coupé. Récupérez-le encore une fois.
room-closed-missing = Sa liste de contenu manque. Choisissez tous les volumes.
room-closed-elsewhere = Il a été déplacé dans le paquet, peut-être pour vous tromper. Prévenez votre équipe.
room-closed-plugin = Cette clé a besoin d’un programme à elle (une extension d’age), et la salle de lecture n’en lance aucun. Ouvrez ce paquet avec « sourdine open ».
room-closed-newer = Il vient d’une version plus récente de Sourdine. Utilisez celle-ci.
room-closed-keys = Les clés ne sont pas celles qui ont été vues d’abord, et quelqu’un lit peut-être avec vous. Lisez « The address book » dans le guide de la rédaction. Si vous savez pourquoi elles ont changé, ouvrez le paquet avec « sourdine open » et --accept-changed-keys.
room-closed-other = L’archive contient autre chose sous ce nom. Rien n’a été modifié. Prévenez votre équipe.
room-closed-unwritten = Il n’a pas pu être écrit ici.
room-bundle-none = Choisissez au moins un paquet.
room-bundle-bad = Ce fichier n’est pas un paquet du site de la rédaction, ou il est abîmé. Rien n’a été ajouté. Choisissez-en un autre, ou récupérez-le de nouveau.
room-bundle-cut = La fin d’un paquet manque. Rien n’a été ajouté. Copiez-le ou récupérez-le de nouveau.
room-bundle-packed = C’est une archive autour du paquet, ou un seul de ses fichiers. Rien n’a été ajouté. Décompressez-la, puis choisissez le .tar.
room-reply-title = Répondre
room-reply-hint = La réponse est chiffrée ici, pour la source et pour votre équipe. Ensuite, vous la déposez sur le site de la rédaction.
room-reply-files = La source reçoit les noms des fichiers et tout ce qu’ils contiennent.
room-reply-do = Chiffrer la réponse
room-reply-empty = Écrivez un message ou choisissez un fichier.
room-reply-long = Le message est trop long. Joignez-le comme fichier.
room-reply-none = Rien dans cette boîte ne dit pour quelle clé chiffrer une réponse. On ne peut pas y répondre.
room-sealed-title = Chiffré, à déposer
room-sealed-text = Le fichier à porter :
room-sealed-alone = Cette boîte date d’avant la clé post-quantique de sa source. La réponse est chiffrée pour la seule clé classique de la source : votre équipe ne pourra pas la rouvrir.
room-sealed-next = Copiez ce fichier sur la clé USB. Sur le site de la rédaction, choisissez « Déposer une réponse ou une note chiffrée hors ligne ». Pour garder dans cette archive ce que vous avez écrit, cochez-le ensuite dans la boîte du site, puis « Récupérer la sélection ». Quand il revient dans un paquet, vous pouvez supprimer le fichier.
room-notes-title = Notes privées
room-notes-label = Vos notes sur cette boîte
room-notes-hint = Elles restent dans cette archive, en texte lisible, dans notes.txt. Elles ne sont jamais envoyées.
room-notes-do = Enregistrer les notes
room-notes-saved = Les notes sont enregistrées.
room-notes-long = Les notes sont trop longues. Raccourcissez-les.
room-end-title = Garder ou supprimer
room-transcript = Enregistrer la conversation en texte
room-delete-title = Supprimer de cette archive ce seul élément du { $date } ?
room-delete-mailbox-title = Supprimer de cette archive la boîte { $name } ?
room-delete-text = Les messages et les fichiers quittent cette archive ; le site de la rédaction garde ses copies jusqu’à leur date. Sur une clé USB ou un SSD, on peut retrouver des fichiers supprimés : seul le chiffrement protège.
room-deleted = C’est supprimé de cette archive.
room-problem-title = Cela n’a pas marché
room-problem-address = Cette page n’existe pas. Ouvrez l’adresse que « sourdine read » a affichée.
room-problem-foreign = Cette demande vient d’une autre page. Rien n’a été fait.
room-problem-form = Le formulaire n’est pas arrivé en entier. Envoyez-le de nouveau.
room-problem-busy = Un autre programme écrit dans cette archive. Attendez qu’il ait fini, puis envoyez de nouveau le formulaire.
room-problem-full = Le disque de l’archive est plein. Rien n’a été ajouté. Faites de la place, puis envoyez de nouveau le formulaire.
room-problem-too-large = Le disque de l’archive n’accepte pas de fichier aussi gros (FAT32 s’arrête à 4 Gio). Rien n’a été ajouté. Déplacez l’archive sur un autre disque.
room-problem-read-only = On ne peut pas écrire dans l’archive. Rien n’a été modifié. Retirez la protection en écriture, ou copiez l’archive.
room-problem-book = Le carnet d’adresses à côté de votre clé ne peut être lu ou écrit. Rien n’a été fait.
room-problem-internal = Quelque chose a échoué ici. Rien n’est perdu dans l’archive. Réessayez.
room-transcript-title = Conversation
room-transcript-source = Source
room-transcript-team = Équipe
room-note-by = Par { $who }. Rien ne prouve le nom.
room-transcript-note = Note pour l’équipe
room-note-do = Chiffrer la note
room-note-author = Votre nom, si votre équipe doit le voir
