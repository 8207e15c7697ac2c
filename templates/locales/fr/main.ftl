language-name = Français
# "ltr" ou "rtl"
text-direction = ltr
# "french" ou "english"
code-words = french

## Toutes les pages

skip-to-content = Aller au contenu
language-choice = Langue
footer = Ce site ne dépose aucun cookie et n’exécute aucun script. Ce que vous envoyez est scellé dès son arrivée ; seule l’équipe peut l’ouvrir.

decimal-separator = ,
# espace fine insécable
group-separator = { "\u202F" }
size-bytes = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
}
size-kib = { $n } Kio
size-mib = { $n } Mio
size-gib = { $n } Gio
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
landing-intro = Vous pouvez déposer ici des documents et un message. Ils sont chiffrés pendant leur arrivée, et seule l’équipe en détient les clés. Nous ne savons pas qui vous êtes, et nous n’avons pas besoin de le savoir.
landing-send = Envoyer des documents
landing-send-hint = Vous recevrez un code de huit mots. Gardez-le pour lire la réponse.
landing-return = J’ai un code
landing-return-hint = Lire la réponse, ou compléter ce que vous avez envoyé.
landing-before = Avant d’envoyer
landing-before-tor = Utilisez le navigateur Tor, réglé sur le niveau de sécurité « Le plus sûr ».
landing-before-work = N’utilisez ni un ordinateur, ni un téléphone, ni un réseau de votre travail.
landing-before-metadata = Un document peut contenir votre nom, l’heure et la machine qui l’a produit ; une page imprimée peut porter des marques presque invisibles. N’envoyez que le nécessaire ; si possible, retapez plutôt le passage important. Une photo prise au téléphone peut contenir le lieu, l’heure et l’appareil.
landing-before-message = N’écrivez pas qui vous êtes dans le message, sauf si vous voulez que l’équipe le sache.
landing-readers = Qui lira
landing-keys = { $count ->
    [one] Une personne détient une clé
   *[other] { $count } personnes détiennent une clé
}
landing-keys-hint = Empreintes des clés avec lesquelles les documents sont scellés. Pour chiffrer d’abord vous-même, prenez les clés elles-mêmes :
landing-contact = Autres moyens de nous joindre

## Envoyer

drop-title = Envoyer des documents
drop-code-heading = Notez ce code
drop-code-hint = C’est le seul moyen de revenir lire la réponse. Recopiez-le sur papier : les quatre premières lettres de chaque mot suffisent. Personne ne pourra vous le redonner. Actualiser cette page le change ; ne le photographiez pas avec votre téléphone.
drop-code-kept = C’est le code que vous avez déjà.
drop-with-draft = Ce qui est gardé sous ce code part avec ce que vous envoyez ici.
drop-form-heading = Écrivez, joignez, envoyez
drop-team = À qui l’envoyer ?
drop-message = Message
drop-message-hint = Ce que sont ces documents, et ce que vous en savez. N’écrivez ni qui vous êtes, ni comment vous les avez eus, ni qui d’autre pouvait les avoir ; et jamais le code.
drop-files = Fichiers
drop-files-hint = Plusieurs à la fois si vous voulez : jusqu’à { $files } fichiers de { $file } chacun, { $dispatch } en tout. Si l’envoi s’interrompt, les fichiers arrivés entiers sont gardés : envoyez les très gros fichiers un par un, ou découpez-les.
drop-traces = Ce qu’un document peut dire de vous
drop-traces-metadata = Les fichiers bureautiques, les PDF et les photos contiennent des noms, des heures, des lieux, des appareils. Un passage retapé en texte simple n’en contient aucun.
drop-traces-paper = Les pages imprimées peuvent porter des marques presque invisibles qui indiquent l’imprimante et le jour ; les scans et les photos les montrent aussi.
drop-traces-copies = Chaque exemplaire d’un document peut différer un peu, et l’on peut savoir qui a reçu lequel. Si possible, envoyez ce que beaucoup de gens pouvaient avoir.
drop-send = Envoyer
drop-keep = Garder pour plus tard
drop-keep-hint = « Envoyer » donne tout à l’équipe. « Garder pour plus tard » conserve tout ici, scellé, pour que vous puissiez le compléter un autre jour ; l’équipe n’en voit rien tant que vous ne l’avez pas envoyé.
drop-watch = Progression et accusé de réception
drop-send-hint = Par Tor, cela peut être long. Gardez cette page ouverte jusqu’à l’accusé de réception. S’il n’apparaît pas, votre code montre ce qui est arrivé.

progress-title = Progression de l’envoi
progress-waiting = Aucun envoi en cours. Dès que vous appuyez sur « Envoyer », la progression s’affiche ici.
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
progress-sealing = Tout est arrivé. Scellement et enregistrement en cours.
progress-sent = Terminé. L’accusé de réception est ci-dessous.
progress-held = Tout est arrivé et tout est gardé, mais rien n’est encore envoyé : voyez ci-dessous.
progress-ended = Cet affichage a été fermé pour faire place à d’autres. L’envoi fonctionne sans lui, et l’accusé de réception apparaît ci-dessous.
result-title = Accusé de réception
result-waiting = L’accusé de réception apparaîtra ici.

asked-title = Pas encore envoyé
asked-text = Des fichiers ou un message d’une tentative précédente sont aussi gardés sous ce code. Regardez l’ensemble une dernière fois, enlevez ce qui ne doit pas partir, puis envoyez-le.
asked-open = Tout revoir

## Accusé de réception

receipt-title = Bien reçu
receipt-lead = Votre envoi est scellé et enregistré. Personne, pas même ce serveur, ne peut l’ouvrir sans les clés de l’équipe.
receipt-code-heading = Votre code
receipt-code-hint = C’est le code de ce qui vient d’arriver. Si votre papier dit autre chose, corrigez-le maintenant.
receipt-content-heading = Ce qui est arrivé
receipt-message = Votre message est arrivé aussi.
receipt-message-only = Votre message est arrivé, sans fichier.
receipt-hash = SHA-256
receipt-next-heading = Et maintenant
receipt-next-read = L’équipe relève votre envoi et l’ouvre sur une machine sans réseau.
receipt-next-return = Revenez dans quelques jours avec votre code pour lire la réponse.
receipt-next-leave = Quand vous avez fini, quittez la boîte, puis choisissez « Nouvelle identité » dans le navigateur Tor.
receipt-next-expiry = { $count ->
    [one] Votre envoi est supprimé ici le lendemain du jour où l’équipe l’a relevé.
   *[other] Votre envoi est supprimé ici { $count } jours après que l’équipe l’a relevé.
}
receipt-whole = Afficher l’accusé de réception en pleine page
receipt-kept-title = Gardé, pas envoyé
receipt-kept-lead = Ce qui est arrivé est conservé ici pour vous, scellé. L’équipe n’en voit rien tant que vous ne l’avez pas envoyé. Si vous n’ajoutez plus rien, tout est supprimé après le { $date } ; si la place vient à manquer ici, les plus gros brouillons le sont plus tôt.
receipt-next-kept = Ouvrez votre boîte avec ce code pour compléter ce qui est gardé, l’envoyer ou le jeter.
receipt-before-title = Déjà là
receipt-before = Ce formulaire a déjà été envoyé, et son contenu est enregistré. Rien n’a été enregistré deux fois.
receipt-open-mailbox = Ouvrir ma boîte

## Boîte

mailbox-form-title = Lire la réponse
mailbox-form-label = Votre code
mailbox-form-hint = Huit mots, en majuscules ou non, avec ou sans accents, sur une ligne ou plusieurs. Les quatre premières lettres de chaque mot suffisent.
mailbox-form-open = Ouvrir
mailbox-title = Votre boîte
mailbox-replies = Réponses
mailbox-no-replies = Il n’y a pas encore de réponse. Revenez dans quelques jours.
mailbox-empty = Ce qui était sous ce code a dépassé son délai, ou vous l’avez retiré ou supprimé.
mailbox-reply-of = Réponse du { $date }
mailbox-reply-unreadable = Cette réponse n’a pas été scellée pour votre code, elle ne peut donc pas être affichée. Dites-le à l’équipe dans un nouveau message.
mailbox-reply-files = Fichiers de cette réponse
mailbox-download = Télécharger
mailbox-sent = Ce que vous avez envoyé
mailbox-sent-on = Envoyé le { $date }
mailbox-sent-files = { $count ->
    [0] un message
    [one] un fichier, environ { $size }
   *[other] { $count } fichiers, environ { $size }
}
mailbox-waiting = en attente : l’équipe ne l’a pas encore relevé
mailbox-fetched = relevé par l’équipe le { $date }
mailbox-expires = gardé jusqu’au { $date }
mailbox-draft = Pas encore envoyé
mailbox-draft-for = Pour : { $team }
mailbox-draft-text = Ce qui est arrivé entier est gardé pour vous jusqu’au { $date }. L’équipe n’en voit rien tant que vous ne l’avez pas envoyé. Si la place vient à manquer ici, les brouillons les plus gros et les plus anciens sont supprimés en premier.
mailbox-draft-message = Le message joint
mailbox-draft-send = Envoyer maintenant
mailbox-draft-add = Pour ajouter des fichiers ou changer le message avant, choisissez « Écrire ou joindre autre chose » ci-dessous : tout est alors envoyé ensemble.
mailbox-add = Compléter
mailbox-add-open = Écrire ou joindre autre chose
mailbox-end = Quand vous aurez fini
mailbox-nothing-title = Rien sous ce code
mailbox-nothing = Rien n’est arrivé sous ce code, ou le délai est passé, ou tout a été effacé. Si vous venez d’envoyer quelque chose, comparez chaque mot avec votre papier. Sinon, vous pouvez envoyer maintenant, et c’est ce code qu’il faudra garder.
mailbox-try-again = Essayer un autre code

## Questions

question-back = Non, revenir
gone-already = Ce n’est plus ici : déjà envoyé, retiré ou supprimé.
draft-changed = Ce qui est gardé a changé entre-temps. Regardez-le une dernière fois, puis envoyez-le.
discard = Jeter
discard-title = Jeter ce qui est gardé ?
discard-text = Les fichiers et le message de ce brouillon sont supprimés ici, sans être envoyés. C’est définitif.
discard-done = Ce qui était gardé est supprimé.
remove = Enlever
remove-title = Enlever ce fichier ?
remove-text = Il est supprimé ici et ne part pas avec les autres. L’équipe ne l’a jamais vu. C’est définitif.
remove-done = Le fichier est supprimé.
withdraw = Retirer
withdraw-title = Retirer ce que vous avez envoyé ?
withdraw-text = Si personne dans l’équipe ne l’a encore relevé, votre envoi est supprimé ici. Quelqu’un qui serait en train de le relever à cet instant peut l’avoir quand même. C’est définitif.
withdraw-done = Votre envoi est retiré et supprimé ici.
withdraw-too-late = L’équipe l’a relevé entre-temps : il n’est plus possible de le retirer.
delete = Supprimer
delete-title = Supprimer cette réponse ?
delete-text = La réponse et ses fichiers sont supprimés ici. C’est définitif.
delete-done = La réponse est supprimée.
erase = Tout effacer
erase-hint = « Tout effacer » supprime tout ce qui se trouve sous ce code : ce que vous avez envoyé, ce qui est gardé et toutes les réponses. L’équipe garde ce qu’elle a déjà relevé.
erase-title = Tout effacer sous ce code ?
erase-text = Tout est supprimé ici : ce que vous avez envoyé, ce qui est gardé et toutes les réponses. Ce que l’équipe a déjà relevé reste chez elle. Elle ne pourra plus vous répondre. C’est définitif.
erased-title = Tout est effacé
erased-text = Il ne reste rien ici sous votre code ; revenir en arrière ou actualiser la page n’y changera rien.
erased-advice = Choisissez maintenant « Nouvelle identité » dans le navigateur Tor (le balai), ou fermez-le, et détruisez le papier qui porte le code.

## Quitter

leave = Quitter
leave-hint = Ferme la boîte : « Précédent » et « Actualiser » ne la rouvriront pas.
left-title = Vous avez quitté la boîte
left-text = La boîte est fermée. Revenir en arrière ou actualiser la page ne la rouvrira pas.
left-advice = Choisissez maintenant « Nouvelle identité » dans le navigateur Tor (le balai), ou fermez-le. Si le code est sur papier, gardez-le là où personne ne le cherchera.

## Visites qui ne sont pas sûres

loopback-notice = Cette page n’est pas arrivée par une adresse onion : c’est seulement pour essayer. N’envoyez pas de vrais documents ici.
relayed-title = Attention : ce chemin n’est pas sûr
relayed-text = Cette page vous arrive par un relais du web ordinaire (tor2web, par exemple). Qui tient ce relais peut tout voir : qui vous êtes, ce que vous envoyez, votre code. Rien de cette demande n’a été gardé.
host-title = Attention : cette adresse n’est pas la nôtre
host-text = Cette page a été demandée sous un nom qui n’appartient pas à ce site. Quelqu’un se trouve peut-être entre vous et nous et peut tout voir : qui vous êtes, ce que vous envoyez, votre code. Rien de cette demande n’a été gardé.
danger-heading = Que faire maintenant
danger-nothing = N’envoyez rien ici et n’y tapez aucun code.
danger-browser = Sur un appareil et un réseau qui ne sont pas ceux de votre travail, prenez le navigateur Tor sur torproject.org et ouvrez-y notre adresse : elle finit par « .onion », sans rien après.
danger-no-address = Reprenez notre adresse là où vous avez entendu parler de nous.
danger-code = Si vous avez déjà tapé un code ici, d’autres le connaissent peut-être : ne l’utilisez plus, et recommencez avec un nouveau dans le navigateur Tor.
danger-address = Notre adresse
danger-compare = Un relais peut aussi modifier cette page : comparez l’adresse avec celle que vous avez eue au départ.

## Ce qui peut échouer

error-heading = Cela n’a pas marché
error-nothing-sent = Rien n’a été envoyé.
error-kept = { $count ->
    [one] Un fichier est arrivé entier ; il est gardé pour vous. Regardez-le pour l’envoyer, ou choisissez ceux qui manquent et envoyez de nouveau.
   *[other] { $count } fichiers sont arrivés entiers ; ils sont gardés pour vous. Regardez-les pour les envoyer, ou choisissez ceux qui manquent et envoyez de nouveau.
}
error-mend = Faites la correction dans le formulaire ci-dessus et envoyez de nouveau : vos fichiers y sont toujours choisis.
error-retry = Vos fichiers sont toujours choisis dans le formulaire ci-dessus : envoyez de nouveau dans un moment.
error-again = Afficher le formulaire en pleine page
error-back-home = Revenir à l’accueil

code-empty = Écrivez les huit mots de votre code.
code-too-long = C’est trop long pour un code. Écrivez ses huit mots et rien d’autre.
code-count = { $found ->
    [one] Un code a huit mots ; il y en a un.
   *[other] Un code a huit mots ; il y en a { $found }.
}
code-unknown = Le mot { $position } n’est dans aucune liste. Regardez-le de nouveau.
code-unknown-suggest = Le mot { $position } n’est dans aucune liste. Peut-être : { $words } ?

error-too-large-title = Trop gros
error-file-too-large = Un des fichiers dépasse { $limit }. Découpez-le ou envoyez une copie plus petite.
error-dispatch-too-large = Tous les fichiers ensemble dépassent { $limit }. Choisissez-en moins maintenant et envoyez le reste plus tard, avec le même code.
error-too-many-files = Il y a plus de { $limit } fichiers. Envoyez-les en plusieurs fois, avec le même code, ou mettez-les dans une archive.
error-full-title = Plus de place
error-full = Il n’y a pas assez de place en ce moment. Envoyez-en moins, ou revenez plus tard ; votre code reste valable.
error-too-large-now = Il reste peu de place en ce moment : les fichiers, ensemble, ne peuvent pas dépasser { $most }. Envoyez-en moins, ou revenez plus tard ; votre code reste valable.
error-busy-title = Trop de monde à la fois
error-busy = Trop de personnes envoient ou demandent en même temps. Attendez une minute et réessayez.
error-displaced = Beaucoup de personnes envoient en même temps, et presque rien de cet envoi n’est arrivé depuis un moment : sa place a été donnée à quelqu’un d’autre. Demandez si possible un nouveau circuit Tor pour ce site, puis réessayez.
error-stale = Les clés de l’équipe ont changé depuis l’arrivée de ces fichiers. Il faut les renvoyer : jetez ce qui est gardé, puis envoyez les fichiers de nouveau.
error-discarded = Ce qui était en cours d’envoi a été jeté ou effacé dans une autre fenêtre. Rien n’en a été gardé.
error-empty = Écrivez un message ou choisissez un fichier.
error-message-too-long = Le message dépasse { $limit } caractères. Raccourcissez-le, ou joignez-le comme fichier.
error-message-has-code = Le message contient votre code. Quiconque lit le message pourrait ouvrir votre boîte. Retirez le code du message et envoyez de nouveau.
error-team = Choisissez à qui l’envoyer.
error-ticket-old = Ce formulaire était trop ancien. Ouvrez-en un nouveau avec le même code.
error-code-ticket-old = Ce formulaire était trop ancien. Entrez de nouveau votre code.
error-ticket-foreign = Ce formulaire ne vient pas de ce site, ou il a été modifié en route. Recommencez depuis l’accueil.
error-form-title = Le formulaire n’a pas pu être lu
error-form = Ce qui est arrivé n’est pas le formulaire de ce site. Recommencez depuis l’accueil ; si vous avez déjà noté un code, choisissez-y « J’ai un code ».
error-cut = L’envoi s’est arrêté avant la fin. Rien n’a été envoyé ; les fichiers arrivés entiers sont gardés pour vous. Choisissez « J’ai un code » à l’accueil et tapez votre code pour les voir.
error-slow = Cela a pris trop de temps. Ce que vous avez demandé est peut-être fait quand même : regardez avec votre code.
error-origin-title = Refusé
error-origin = Cette demande venait d’un autre site. Rien n’a été fait. Si vous ne vous y attendiez pas, fermez cet autre site.
error-not-found-title = Cette page n’existe pas
error-not-found = L’adresse est peut-être mal tapée.
error-no-file = Ce fichier n’existe pas dans votre boîte.
error-internal-title = Quelque chose a échoué ici
error-internal = Ce n’est pas votre faute. Réessayez plus tard ; votre code reste valable.

## Desk: every page

desk-rooms = Bureau
desk-inbox = Courrier
desk-journal = Journal
desk-account = Compte
desk-sign-out = Se déconnecter
desk-footer = Pour la rédaction seulement. Un cookie de ce site vous garde connecté ; il n’y a aucun script. Rien ici n’est lisible sans votre propre clé.
desk-loopback = Cette page n’est pas venue par une adresse onion : pour essayer seulement.
desk-back = Retour au bureau

## Desk: signing in

desk-sign-in-title = Connexion
desk-sign-in = Se connecter
desk-sign-in-again = Se connecter dans un autre onglet
desk-name = Nom
desk-passphrase = Phrase de passe
desk-code = Code de votre appareil
desk-code-hint = Six chiffres, qui changent toutes les trente secondes.
desk-sign-in-hint = Les comptes sont créés par la personne qui administre ce site ; elle aide aussi quand une phrase de passe ou un appareil est perdu.

## Desk: what can go wrong

desk-signed-out-title = Vous êtes déconnecté
desk-signed-out = Rien n’a été fait. Une session se termine après une demi-heure sans un clic, ou après huit heures. Connectez-vous dans un autre onglet, puis recommencez là.
desk-other-session-title = Pas fait
desk-other-session = Ce formulaire date d’avant votre dernière connexion, ou ne vient pas de ce site. Rien n’a été fait. Ouvrez de nouveau la page et recommencez là.
desk-kept = Ce que vous avez écrit, à copier
desk-error-form = Ce qui est arrivé n’est pas un formulaire de ce site. Rien n’a été fait. Ouvrez de nouveau la page.
desk-error-slow = Cela a pris trop de temps. Ce que vous avez demandé a peut-être été fait quand même : regardez avant de recommencer.
desk-relayed = Cette page vous parvient par un relais du web ouvert (tor2web, par exemple). Qui le gère voit tout ce que vous lisez et tapez. Utilisez le Navigateur Tor et l’adresse qui se termine par « .onion ».
desk-host = Cette page a été demandée sous un nom qui n’appartient pas à ce site. Quelqu’un se tient peut-être entre vous et nous. Ne tapez rien ici ; demandez l’adresse à la personne qui administre le site.
desk-error-busy = Trop de demandes à la fois. Attendez une minute et réessayez.
desk-error-not-found = Il n’y a rien ici que vous puissiez voir : l’adresse est peut-être mal tapée, ou c’est effacé.
desk-error-internal = Ce n’est pas de votre faute. Réessayez plus tard, ou prévenez la personne qui administre le site.
