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
    [one] Tout ce qui est sous votre code est supprimé après un jour sans nouveauté.
   *[other] Tout ce qui est sous votre code est supprimé après { $count } jours sans nouveauté.
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
landing-contact = Autres moyens de nous joindre

## Envoyer

drop-title = Envoyer des documents
team-title = À qui l’envoyer ?
team-text = Seule l’équipe choisie pourra l’ouvrir.
sent-to = À :
drop-code-heading = Notez ce code
drop-code-hint = Ce code est le seul moyen de lire la réponse. Écrivez-le sur papier : quatre lettres de chaque mot suffisent. Ne le photographiez pas. Personne ne pourra vous le redonner. Actualiser cette page le change.
drop-code-known = Votre code
drop-with-draft = Ce que vous ajoutez ici est gardé comme brouillon. Rien n’est envoyé. Envoyez le brouillon depuis votre boîte.
drop-form-heading = Écrivez, joignez, envoyez
drop-message = Message
drop-message-hint = Que sont ces documents, et que savez-vous d’eux ? N’écrivez jamais le code ici.
drop-message-lost = « Précédent » et « Actualiser » vident ce formulaire. Les boutons de langue gardent le texte ; choisissez ensuite de nouveau vos fichiers.
drop-no-answer = Pas de réponse
drop-files = Choisir des fichiers
drop-files-hint = Jusqu’à { $files } fichiers de { $file } chacun, { $dispatch } en tout. Si la connexion se coupe, les fichiers arrivés entiers sont gardés. Envoyez les très gros fichiers un par un.
drop-send = Envoyer
drop-keep = Garder pour plus tard
drop-keep-hint = « Garder pour plus tard » enregistre un brouillon chiffré. L’équipe ne le voit pas et ne peut pas répondre tant que vous ne l’avez pas envoyé.
drop-add = Ajouter au brouillon
drop-send-hint = Par Tor, l’envoi peut être long. Gardez cette page ouverte : l’encadré du bas montre où il en est.
drop-mailbox-hint = Après une coupure, les fichiers arrivés entiers sont dans votre boîte.
box-title = Progression et accusé de réception
box-hint = Vide ou arrêté ? La connexion est coupée. Appuyez de nouveau sur « Envoyer ».

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
receipt-next-read = L’équipe le récupère et l’ouvre sur une machine sans réseau.
receipt-next-return = Revenez dans quelques jours avec votre code pour lire la réponse.
receipt-next-expiry = { $count ->
    [one] Il est supprimé ici un jour après que l’équipe l’a récupéré.
   *[other] Il est supprimé ici { $count } jours après que l’équipe l’a récupéré.
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
mailbox-expires = Gardé jusqu’au { $date }
mailbox-draft = Pas encore envoyé
mailbox-draft-text = L’équipe ne voit pas ce brouillon et ne peut pas répondre tant que vous ne l’avez pas envoyé.
mailbox-draft-until = Gardé jusqu’au { $date }, ou moins longtemps si la place manque.
mailbox-draft-send = Envoyer maintenant
mailbox-draft-add = Compléter ce brouillon
mailbox-add = Envoyer autre chose
mailbox-add-open = Écrire ou joindre autre chose
mailbox-end = Quand vous avez fini
mailbox-nothing-title = Rien sous ce code
mailbox-nothing = Rien n’est arrivé sous ce code, ou le délai est passé, ou tout a été supprimé. Si vous venez d’envoyer quelque chose, comparez chaque mot avec votre papier. Vous pouvez aussi envoyer maintenant : gardez alors ce code.
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
withdraw-text = Il est supprimé ici si personne dans l’équipe ne l’a récupéré. Une personne qui le récupère à cet instant peut encore l’obtenir. C’est définitif.
withdraw-done = Votre envoi est retiré et supprimé ici.
withdraw-too-late = L’équipe l’a récupéré entre-temps. Il n’est plus possible de le retirer.
delete = Supprimer
delete-title = Supprimer la réponse du { $date } ?
delete-text = La réponse et ses fichiers sont supprimés ici. C’est définitif.
delete-done = La réponse est supprimée.
erase = Tout supprimer
erase-hint = Ce bouton supprime tout sous votre code : envois, brouillons et réponses. L’équipe garde ce qu’elle a récupéré.
erase-title = Tout supprimer sous ce code ?
erase-text = Envois, brouillons et réponses sont supprimés ici. L’équipe garde ce qu’elle a récupéré et ne pourra plus vous répondre. C’est définitif.
erased-title = Tout est supprimé
erased-text = Il ne reste rien sous votre code. « Précédent » et « Actualiser » ne montrent rien.
erased-advice = Choisissez maintenant « Nouvelle identité » dans le Navigateur Tor (le balai), ou fermez-le. Détruisez le papier qui porte le code.

## Quitter

leave = Quitter
leave-hint = Quitter ferme la boîte : « Précédent » et « Actualiser » ne la rouvrent plus.
left-title = Vous avez quitté la boîte
left-text = La boîte est fermée. « Précédent » et « Actualiser » ne la rouvrent pas.
left-advice = Choisissez maintenant « Nouvelle identité » dans le Navigateur Tor (le balai), ou fermez-le. Gardez le papier du code là où personne ne cherche.

## Visites qui ne sont pas sûres

loopback-notice = Cette page n’est pas arrivée par une adresse onion. Elle sert à essayer : n’envoyez pas de vrais documents.
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
error-nothing-sent = Rien n’a été envoyé.
error-kept = { $count ->
    [one] Un fichier est arrivé entier et il est gardé comme brouillon dans votre boîte. Corrigez le formulaire et renvoyez le tout.
   *[other] { $count } fichiers sont arrivés entiers et sont gardés comme brouillon dans votre boîte. Corrigez le formulaire et renvoyez le tout.
}
error-kept-part = { $count ->
    [one] Un fichier est arrivé entier et il est gardé comme brouillon. Ouvrez votre boîte pour l’envoyer, puis envoyez les autres avec le même code.
   *[other] { $count } fichiers sont arrivés entiers et sont gardés comme brouillon. Ouvrez votre boîte pour les envoyer, puis envoyez les autres avec le même code.
}
error-mend = Corrigez le formulaire ci-dessus et envoyez de nouveau. Vos fichiers sont toujours choisis.
error-choose = Choisissez de nouveau les fichiers dans le formulaire ci-dessus, puis envoyez. Votre texte y est toujours.
error-retry = Envoyez de nouveau dans un moment. Vos fichiers sont toujours choisis dans le formulaire ci-dessus.
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
error-discarded = Cet envoi s’est arrêté : dans une autre fenêtre, le formulaire a été renvoyé, ou son brouillon envoyé, modifié ou supprimé. Votre boîte montre ce qui est gardé.
error-drafts = Il y a { $most } brouillons sous ce code, le maximum. Envoyez ou supprimez-en un dans votre boîte. « Envoyer » fonctionne toujours, mais un envoi coupé perd alors ses fichiers.
error-unheld = Des fichiers arrivés n’ont pas pu être gardés comme brouillon : il n’y a plus de place sous ce code. Envoyez ou supprimez des brouillons dans votre boîte, puis renvoyez.
error-empty = Écrivez un message ou choisissez un fichier.
error-message-too-long = Le message dépasse { $limit } caractères. Raccourcissez-le, ou joignez-le comme fichier.
error-answer-too-long = Une réponse dépasse { $limit } caractères. Raccourcissez-la.
error-message-has-code = Le texte contient votre code. Qui le lit pourrait ouvrir votre boîte. Retirez le code et renvoyez.
error-file-name-has-code = Un nom de fichier contient votre code. Qui le lit pourrait ouvrir votre boîte. Renommez le fichier, choisissez-le de nouveau et envoyez.
error-older-code = Ce formulaire porte un code de huit mots, d’un ancien modèle. Rien de nouveau n’y est enregistré. Copiez votre texte, puis prenez un nouveau code depuis l’accueil.
error-team = Choisissez à qui l’envoyer.
error-ticket-old = Ce formulaire a plus d’une semaine. Rien n’a été envoyé. Copiez votre texte, puis ouvrez un nouveau formulaire depuis l’accueil.
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
