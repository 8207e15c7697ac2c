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
drop-with-draft = Ce que vous ajoutez ici est gardé avec le brouillon. Rien n’est encore envoyé : le brouillon s’envoie depuis votre boîte.
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
drop-add = Ajouter au brouillon
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
result-title = Accusé de réception
result-waiting = L’accusé de réception apparaîtra ici.

## Accusé de réception

receipt-title = Bien reçu
receipt-lead = Votre envoi est scellé et enregistré. Personne, pas même ce serveur, ne peut l’ouvrir sans les clés de l’équipe.
receipt-code-heading = Votre code
receipt-code-hint = C’est le code de ce qui vient d’arriver. Si votre papier dit autre chose, corrigez-le maintenant.
receipt-content-heading = Ce qui est arrivé
receipt-message = Votre message est arrivé aussi.
receipt-left-heading = Gardé, pas envoyé cette fois
receipt-left = Ces fichiers étaient arrivés lors d’un essai précédent de ce formulaire ; il ne les contenait plus cette fois, ils n’ont donc pas été envoyés. Ouvrez votre boîte pour les envoyer ou les jeter.
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
mailbox-reply-cut = Cette réponse n’est pas affichée en entier ici.
mailbox-reply-whole = Télécharger la réponse entière
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
mailbox-draft-add = Compléter ce brouillon
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
draft-look = Tout revoir
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
    [one] Un fichier est arrivé entier et il est gardé pour vous. Renvoyez ce formulaire avec tous ses fichiers, ou ouvrez votre boîte : vous pouvez y ajouter ce qui manque, puis envoyer.
   *[other] { $count } fichiers sont arrivés entiers et sont gardés pour vous. Renvoyez ce formulaire avec tous ses fichiers, ou ouvrez votre boîte : vous pouvez y ajouter ce qui manque, puis envoyer.
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
error-discarded = Cet envoi s’est arrêté : le formulaire a été renvoyé, ou son brouillon a été envoyé, modifié, jeté ou effacé dans une autre fenêtre. Votre boîte montre ce qui est gardé.
error-drafts = { $most } brouillons sont gardés sous ce code, et il ne peut pas y en avoir plus. Envoyez-en ou jetez-en un dans votre boîte. L’envoi direct fonctionne toujours, mais un envoi interrompu perd alors ses fichiers.
error-unheld = Tout ce qui est arrivé n’a pas pu être gardé : il n’y a plus de place sous ce code pour d’autres brouillons, ou dans celui-ci pour d’autres fichiers. Envoyez ou jetez ce qui est gardé dans votre boîte, puis recommencez.
error-empty = Écrivez un message ou choisissez un fichier.
error-message-too-long = Le message dépasse { $limit } caractères. Raccourcissez-le, ou joignez-le comme fichier.
error-message-has-code = Le message contient votre code. Quiconque lit le message pourrait ouvrir votre boîte. Retirez le code du message et envoyez de nouveau.
error-team = Choisissez à qui l’envoyer.
error-ticket-old = Ce formulaire a plus d’une semaine. Rien n’a été envoyé. Copiez ce que vous avez écrit, puis ouvrez un nouveau formulaire depuis l’accueil.
error-code-ticket-old = Cette page a plus d’une semaine. Entrez de nouveau votre code.
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

## Desk: inbox

inbox-views = Quelles boîtes
inbox-all = Toutes
inbox-unread = Non lues
inbox-starred = Étoilées
inbox-muted = En sourdine
inbox-clock = L’horloge du serveur est peut-être fausse : rien n’est effacé à l’échéance, et tout ce qui arrive porte la date du { $day }. Prévenez la personne qui administre ce site.
inbox-search = Chercher par nom
inbox-label = Étiquette
inbox-any-label = Toutes
inbox-find = Chercher
inbox-nothing = Rien n’est encore arrivé.
inbox-nothing-found = Aucune boîte ne correspond.
inbox-nothing-unread = Vous avez tout récupéré.
inbox-nothing-starred = Aucune boîte ne porte votre étoile.
inbox-nothing-muted = Vous n’avez mis aucune boîte en sourdine.
inbox-show-all = Voir toutes les boîtes
inbox-row-unread = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
inbox-pages = Pages
inbox-newer = Plus récentes
inbox-older = Plus anciennes
inbox-everything = Tout ce qui n’est pas lu
inbox-everything-hint = Un seul paquet avec tout ce que vous n’avez pas encore récupéré, sauf les boîtes en sourdine.
inbox-everything-get = Préparer le paquet
inbox-everything-of = Préparer le paquet de { $team }

## Desk: a mailbox

mark-star = Ajouter une étoile
mark-unstar = Retirer l’étoile
mark-starred = étoilée
mark-mute = Mettre en sourdine
mark-unmute = Ne plus mettre en sourdine
mark-muted = en sourdine
mark-mute-hint = L’étoile et la sourdine ne valent que pour vous. Ce qui est en sourdine est rangé à part et n’annonce rien.
mark-star-done = La boîte porte une étoile.
mark-unstar-done = L’étoile est retirée.
mark-mute-done = La boîte est en sourdine. Vous la trouvez sous « En sourdine ».
mark-unmute-done = La boîte n’est plus en sourdine.
labels-title = Étiquettes de l’équipe
labels-done = Les étiquettes sont modifiées.
dispatches-title = Reçu et envoyé
dispatches-none = Il n’y a plus rien ici.
dispatches-all-unread = { $count ->
    [one] Récupérer ce qui est nouveau
   *[other] Récupérer les { $count } nouveaux
}
dispatch-submission = De la source, le { $date }
dispatch-reply = Réponse de votre équipe, le { $date }
dispatch-new = nouveau
dispatch-fetched = Récupéré par { $who }, le { $date }
dispatch-exported = Exporté par l’opérateur, le { $date }
dispatch-kept = Gardé au moins jusqu’au { $date }
dispatch-pick = Choisir
dispatch-manifest = La liste du contenu seulement ({ $size })
dispatches-get = Récupérer la sélection
dispatches-fetched = Je l’ai déjà
dispatches-fetched-hint = « Je l’ai déjà » marque la sélection comme récupérée par vous, sans téléchargement. « Je ne l’ai pas » annule cela : si un téléchargement s’est perdu, dites-le, sinon l’envoi sera supprimé à son jour sans avoir été lu.
dispatches-fetched-done = { $count ->
    [one] Un envoi est marqué comme récupéré par vous.
   *[other] { $count } envois sont marqués comme récupérés par vous.
}
dispatches-unfetched = Je ne l’ai pas
dispatches-unfetched-done = { $count ->
    [one] Un envoi compte de nouveau comme non récupéré par vous.
   *[other] { $count } envois comptent de nouveau comme non récupérés par vous.
}
dispatches-none-picked = Rien de nouveau n’était choisi.
desk-delete-title = Supprimer ceci pour toute l’équipe ?
desk-delete-text = C’est supprimé ici, avec tous ses fichiers. Plus personne ne pourra le récupérer ; les copies déjà récupérées restent chez qui les a. Cela ne peut pas être annulé.
desk-delete-unfetched = Personne ne l’a encore récupéré : ce sera perdu.
desk-delete-reply-text = La réponse est supprimée ici. Si la source ne l’a pas encore lue, elle ne la lira jamais. Cela ne peut pas être annulé.
desk-delete-done = C’est supprimé.
erase-mailbox-title = Supprimer la boîte
erase-mailbox-hint = Pour toute l’équipe, avec tout ce qui a été reçu et envoyé.
erase-mailbox = Tout supprimer
erase-mailbox-question = Supprimer cette boîte pour toute l’équipe ?
erase-mailbox-text = { $count ->
    [one] Un envoi est supprimé
   *[other] { $count } envois sont supprimés
} ici. { $unread ->
    [0] Tout ce qui vient de la source a déjà été récupéré.
    [one] L’un d’eux, venu de la source, n’a été récupéré par personne.
   *[other] { $unread } d’entre eux, venus de la source, n’ont été récupérés par personne.
} La source n’en trouvera plus rien, pas même les réponses. Cela ne peut pas être annulé.
erase-mailbox-done = La boîte est supprimée.

## Desk: answering

reply-title = Répondre
reply-hint = Ce que vous écrivez ici est chiffré sur ce serveur à mesure que cela arrive, pour la source et votre équipe. Il est plus sûr de le sceller sur votre propre machine, sans réseau, et d’apporter le paquet.
reply-files-hint = Plusieurs à la fois si vous voulez : { $file } chacun, { $dispatch } ensemble. Pendant l’envoi, cette page reste telle quelle : laissez-la ouverte. Une réponse interrompue n’est pas envoyée : envoyez-la de nouveau.
reply-send = Envoyer la réponse
reply-offline = Scellée hors ligne ?
reply-sent = La réponse est envoyée. La source la lira avec son code.
reply-too-large = Les fichiers dépassent ensemble { $limit }. Envoyez-les en plusieurs réponses. Choisissez de nouveau les fichiers.
reply-too-many = Il y a plus de { $limit } fichiers. Envoyez-les en plusieurs réponses, ou mettez-les dans une archive. Choisissez de nouveau les fichiers.
reply-no-room = Il n’y a pas la place pour cela maintenant. Rien n’a été envoyé. Prévenez l’opérateur, ou supprimez ce qui ne sert plus. Ce que vous avez écrit est encore là ; choisissez de nouveau les fichiers.
deliver-title = Déposer un paquet scellé
deliver-hint = Des réponses que « sourdine reply » a scellées sur votre propre machine.
deliver-open = Apporter un paquet
deliver-text = Il est vérifié de l’extérieur : à qui il est destiné, et s’il est scellé pour autant de clés qu’en ont la source et votre équipe. Personne ne peut le lire ici. « sourdine reply » le fait sur votre propre machine ; la page de chaque téléchargement donne la commande.
deliver-team = Quelle équipe répond ?
deliver-bundle = Le paquet, tous ses volumes ensemble
deliver-send = Déposer
deliver-done = déposé
deliver-before = avait déjà été déposé
deliver-unpadded = Quelque chose n’y est pas complété : sa taille stockée révèle la taille exacte. « sourdine reply » complète.
deliver-damaged = Ce n’est pas un paquet, ou il est coupé. Rien n’a été déposé. Refaites-le, ou apportez-le de nouveau.
deliver-cut = Ce paquet est coupé : sa fin manque. Rien n’a été déposé. Copiez-le ou refaites-le, puis apportez-le de nouveau.
deliver-packed = Ce n’est pas le paquet lui-même, mais une archive qui le contient ou un seul de ses fichiers. Rien n’a été déposé. Extrayez-en le contenu et apportez le .tar que « sourdine reply » a écrit.
deliver-folder = Ce paquet a été extrait puis réarchivé dans un dossier « { $folder } ». Rien n’a été déposé. Apportez le .tar que « sourdine reply » a écrit.
deliver-no-mailbox = { $name } : cette équipe n’a pas de boîte de ce nom ici. A-t-elle été supprimée, ou le paquet est-il pour une autre équipe ou un autre site ? Rien n’a été déposé.
deliver-structure = { $place } : la liste du contenu manque, ou les fichiers ne sont pas numérotés 0001, 0002 et ainsi de suite. Rien n’a été déposé.
deliver-not-sealed = { $place } n’est pas chiffré avec age, ou est abîmé. Rien n’a été déposé.
deliver-keys = { $place } est scellé pour { $found } clés au lieu de { $expected } : la source et chaque personne de l’équipe. Rien n’a été déposé. Scellez-le de nouveau, avec « sourdine reply » ou pour ces clés exactement.
deliver-long-message = { $place } : son message est trop long. Rien n’a été remis. Mettez le texte dans un fichier et joignez-le.
deliver-too-large = Le paquet est plus grand que ce qu’une réponse peut contenir. Apportez moins de réponses à la fois.
deliver-no-room = Il n’y a pas la place pour tout cela maintenant. Une partie a peut-être été déposée : regardez dans les boîtes. Apportez plus tard le même paquet : ce qui est déjà là n’est pas gardé deux fois.

## Desk: downloads

download-title = Votre paquet
download-holds = { $count ->
    [one] Un envoi
   *[other] { $count } envois
}, { $size }
download-volumes = Il vient en volumes qui tiennent sur une clé USB. Chacun s’ouvre seul.
download-broken-title = S’il s’interrompt
download-broken = Cette liste garde son adresse jusqu’au { $date }. Laissez le navigateur reprendre le téléchargement, ou rouvrez cette page. Si vous avez été déconnecté entre-temps, connectez-vous d’abord. Si quelque chose en est retiré ou supprimé entre-temps, la page le dit et propose le reste.
download-open-title = L’ouvrir
download-open = Portez-le sur la machine qui a votre clé et n’a pas besoin de réseau. README.txt, dans le paquet, dit comment l’ouvrir avec age seul.
download-answer-title = Répondre sans réseau
download-answer = Écrivez votre réponse à une boîte dans un fichier texte qui porte son nom, et scellez-la avec sa commande. Apportez ensuite le paquet ici :
download-done-title = Quand vous l’avez
download-done-hint = Ce qui a été servi jusqu’au dernier octet, dans chaque volume qui en contient, compte de soi-même comme récupéré, sauf si le serveur a redémarré entre-temps. Si vous l’avez autrement, dites-le.
download-done = Tout marquer comme récupéré
download-nothing = Il n’y a rien de nouveau.
download-more = Il y en a plus qu’une liste n’en contient : voici les { $count } premiers. Quand vous les aurez, préparez le paquet suivant.
download-damaged = { $count ->
    [one] Un envoi est abîmé ici et a été laissé de côté. Prévenez l’opérateur : une sauvegarde l’a peut-être.
   *[other] { $count } envois sont abîmés ici et ont été laissés de côté. Prévenez l’opérateur : une sauvegarde les a peut-être.
}
changed-title = Ce paquet n’est plus le même
changed-text = Quelque chose en a été supprimé ou a expiré depuis. Un téléchargement commencé ne peut pas continuer.
changed-again = { $count ->
    [one] En refaire un de ce qui reste (un envoi)
   *[other] En refaire un de ce qui reste ({ $count } envois)
}
desk-error-cut = Cela s’est arrêté avant la fin. Rien n’a été envoyé. Envoyez-le de nouveau.
desk-error-cut-title = L’envoi s’est interrompu

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

## Desk: signing in that did not work

desk-wrong = Nom, phrase de passe ou code incorrect. Chaque code sert une seule fois et pendant une minute environ : attendez le suivant, puis réessayez. Après plusieurs codes incorrects, il faut attendre entre deux essais, jusqu’à une heure.
desk-sign-in-busy = Trop de connexions en même temps. Rien n’est bloqué : attendez dix secondes, puis réessayez avec un nouveau code.
desk-no-cookie = Votre navigateur n’a pas gardé le cookie de ce site, sans lequel on ne peut pas rester connecté. Un site onion demande le Navigateur Tor (dans un autre Firefox, mettez à true le réglage avancé dom.securecontext.allowlist_onions). Autorisez les cookies, puis réessayez avec un nouveau code.

## Desk: account

desk-account-title = Votre compte
desk-account-name = Vous êtes connecté sous le nom { $name }.
desk-account-teams = Vos équipes :
desk-passphrase-title = Changer la phrase de passe
desk-passphrase-new = Nouvelle phrase de passe
desk-passphrase-new-hint = Sept mots tirés au hasard pour vous : notez-les, ou mettez la vôtre, d’au moins vingt caractères.
desk-passphrase-old = Phrase de passe actuelle
desk-passphrase-change = La changer
desk-passphrase-done = La phrase de passe est changée. Toutes vos autres sessions sont terminées.
desk-passphrase-short = La nouvelle phrase de passe est trop courte : il faut au moins vingt caractères. Rien n’a été changé.
desk-passphrase-long = La nouvelle phrase de passe est trop longue : deux cents caractères au plus. Rien n’a été changé.
desk-change-wrong = Phrase de passe actuelle ou code de l’appareil actuel incorrect. Rien n’a été changé. Chaque code sert une seule fois : attendez le suivant, puis réessayez. Après plusieurs codes incorrects, il faut attendre entre deux essais, jusqu’à une heure.
desk-device-heading = Appareil pour les codes
desk-device-hint = L’application qui montre les six chiffres de la connexion. Pour passer à un autre téléphone, ayez les deux sous la main.
desk-device-change = Utiliser un autre appareil
desk-device-scan = Scannez ceci avec l’application du nouvel appareil. Ce n’est montré qu’ici : rouvrir cette page en crée un autre.
desk-device-picture = Code QR du secret donné ci-dessous en texte
desk-device-text = Ou tapez ceci à la main :
desk-device-new-code = Code du nouvel appareil
desk-device-old-code = Code de l’appareil actuel
desk-device-old-hint = Un nouveau : celui de la connexion a déjà servi. Sans l’appareil actuel, demandez de nouveaux accès à la personne qui administre le site.
desk-device-confirm = Utiliser le nouvel appareil
desk-device-back = Garder l’appareil actuel
desk-device-done = Le nouvel appareil est en service ; l’ancien ne vaut plus rien. Toutes vos autres sessions sont terminées.
desk-device-wrong = Le code du nouvel appareil n’est pas bon. Rien n’a été changé : comparez l’application avec cette page, vérifiez l’heure de l’appareil, et réessayez.
desk-feed-heading = Flux
desk-feed-hint = Un lecteur de flux qui passe par Tor peut vous dire que quelque chose de nouveau attend, et depuis quel jour ; rien de plus. Qui a l’adresse peut lire cela. Changer de phrase de passe ou d’appareil, recevoir de nouveaux accès ou se déconnecter partout la révoque.
desk-feed-is = Votre flux a une adresse.
desk-feed-none = Votre flux n’a pas encore d’adresse.
desk-feed-make = Créer une nouvelle adresse
desk-feed-revoke = La révoquer
desk-feed-revoked = L’adresse de votre flux est révoquée.
desk-feed-new = L’adresse de votre flux
desk-feed-once = Elle n’est montrée que cette fois : copiez-la maintenant dans votre lecteur de flux. Une adresse antérieure ne vaut plus rien.
desk-everywhere = Se déconnecter partout
desk-everywhere-hint = Termine toutes les sessions de votre compte, celle-ci aussi : pour le cas où une machine est restée connectée.

## Desk: feed

desk-feed-expires = Quelque chose que personne n’a téléchargé va être supprimé
desk-feed-expires-on = Conservé jusqu’au { $date }
desk-feed-title = Bureau de la rédaction
desk-feed-waits = Quelque chose de nouveau attend
desk-feed-since = Jour du plus récent : { $date }

## Desk: journal

desk-journal-title = Journal
desk-journal-hint = Ce qui a été fait dans vos équipes, jour par jour. Les lignes sont gardées 90 jours.
desk-journal-empty = Rien pour le moment.
desk-journal-more = Les lignes plus anciennes ne sont pas montrées.
did-sign-in = { $who } : connexion
did-fetch = { $who } : téléchargement depuis { $what }
did-reply = { $who } : réponse à { $what }
did-delete-dispatch = { $who } : suppression d’un envoi de { $what }
did-delete-mailbox = { $who } : suppression de tout { $what }
did-add = { $who } : création du compte { $what }
did-reset = { $who } : nouveaux accès pour le compte { $what }
did-remove = { $who } : suppression du compte { $what }
did-change-passphrase = { $who } : changement de phrase de passe
did-change-device = { $who } : changement d’appareil
did-sign-out-everywhere = { $who } : déconnexion partout
did-make-feed = { $who } : création d’une adresse de flux
did-revoke-feed = { $who } : révocation de l’adresse du flux
did-change-teams = { $who } : autres équipes pour le compte { $what }
did-wrong-codes = { $who } : codes faux essayés avec la bonne phrase de passe
