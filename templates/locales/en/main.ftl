language-name = English
# "ltr" (from left to right) or "rtl"
text-direction = ltr
# The word list of codes: "french" or "english". A language without one of its own takes "english".
code-words = english

## Every page

skip-to-content = Skip to content
language-choice = Language
footer = This site keeps no cookie and runs no script. What you send is sealed on arrival; only the editors can open it.

decimal-separator = .
# between thousands
group-separator = ,
# $count (Number) - bytes
size-bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
# $n (String) - a number
size-kib = { $n } KiB
# $n (String) - a number
size-mib = { $n } MiB
# $n (String) - a number
size-gib = { $n } GiB
# $day (Number) - day of the month
# $month (Number) - 1 to 12
# $year (String) - four digits
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

## First page

landing-title = Send documents without giving your name
landing-intro = You can leave documents and a message here. They are encrypted while they arrive, and only the editors hold the keys. We do not know who you are, and we do not need to.
landing-send = Send documents
landing-send-hint = You will get a code of eight words. Keep it to read the answer.
landing-return = I have a code
landing-return-hint = Read the answer, or add to what you sent.
landing-before = Before you send
landing-before-tor = Use Tor Browser, with its security level set to “Safest”.
landing-before-work = Do not use a computer, a phone or a network of your work.
landing-before-metadata = Documents can carry your name, the time and the machine they were made on, and printouts can carry faint marks. Send only what is needed; if you can, retype the passage that matters instead. A photo taken with a phone can carry the place, the time and the device.
landing-before-message = Do not write who you are in the message unless you want the editors to know.
landing-readers = Who will read it
# $count (Number) - editors' keys
landing-keys = { $count ->
    [one] One editor holds a key
   *[other] { $count } editors hold a key
}
landing-keys-hint = Fingerprints of the keys that documents are sealed to. To encrypt by yourself first, take the keys themselves:
landing-contact = Other ways to reach us

## Sending

drop-title = Send documents
drop-code-heading = Write down this code
drop-code-hint = It is the only way back to read the answer. Copy it on paper: the first four letters of each word are enough. Nobody can give it to you again. Reloading this page changes it; do not photograph it with a phone of your own.
drop-code-kept = This is the code you already have.
drop-with-draft = What you add here is kept with the draft under this code. Nothing is sent yet: send the draft from your mailbox.
drop-form-heading = Write, attach, send
drop-team = Who should get it?
drop-message = Message
drop-message-hint = What these documents are, and what you know of them. Do not write who you are, how you got them or who else could have; and never the code.
drop-files = Files
# $file (String) - a size
# $dispatch (String) - a size
# $files (Number) - how many
drop-files-hint = Several at once if you like: up to { $files } files of { $file } each, { $dispatch } together. If an upload breaks, the files that arrived whole are kept: send very large files one at a time, or split them.
drop-traces = What a document can tell of you
drop-traces-metadata = Office files, PDFs and photos carry names, times, places and devices inside. A passage retyped as plain text carries none.
drop-traces-paper = Printed pages can carry faint marks of the printer and the day; scans and photos show them too.
drop-traces-copies = Each copy of a document may differ slightly, and who received which may be known. If you can, send what many people could have.
drop-send = Send
drop-keep = Keep for later
drop-keep-hint = “Send” gives everything to the editors. “Keep for later” stores it here, sealed, so that you can add more on another day; the editors see nothing of it until you send it.
drop-add = Add to the draft
drop-watch = Progress and receipt
drop-send-hint = Over Tor this can take long. Keep this page open until the receipt appears. If none appears, your code shows what has arrived.

progress-title = Progress of the upload
progress-waiting = Nothing is being sent yet. Once you press “Send”, this shows how far it is.
# $done (String) - a size
# $total (String) - a size
progress-of = { $done } of { $total }
# $rate (String) - a size
progress-rate = { $rate } a second
progress-seconds-left = less than a minute left
# $count (Number) - minutes
progress-minutes-left = { $count ->
    [one] about one minute left
   *[other] about { $count } minutes left
}
# $count (Number) - hours
progress-hours-left = { $count ->
    [one] about one hour left
   *[other] about { $count } hours left
}
# $number (Number) - which file, from 1
# $name (String) - its name
progress-file = File { $number }: { $name }
progress-sealing = Everything has arrived. It is being sealed and stored.
progress-sent = Done. The receipt is below.
result-title = Receipt
result-waiting = The receipt will appear here.

## Receipt

receipt-title = Received
receipt-lead = What you sent is sealed and stored. Nobody, not even this server, can open it without the editors' keys.
receipt-code-heading = Your code
receipt-code-hint = This is the code of what has just arrived. If your paper says something else, correct it now.
receipt-content-heading = What arrived
receipt-message = Your message arrived too.
receipt-left-heading = Kept, not sent with it
receipt-left = An earlier try of this form brought these files; this one did not, so they were not sent. Open your mailbox to send or discard them.
receipt-message-only = Your message arrived, without files.
receipt-hash = SHA-256
receipt-next-heading = What happens next
receipt-next-read = The editors fetch what you sent and open it on a machine without a network.
receipt-next-return = Come back in a few days with your code to read their answer.
receipt-next-leave = When you are done, leave, then choose “New Identity” in Tor Browser.
# $count (Number) - days
receipt-next-expiry = { $count ->
    [one] The day after the editors have fetched it, it is deleted here.
   *[other] { $count } days after the editors have fetched it, it is deleted here.
}
receipt-whole = Show the receipt as a page
receipt-kept-title = Kept, not sent
# $date (String) - a day
receipt-kept-lead = It is stored here for you, sealed. The editors see nothing of it until you send it. If you add nothing more, it is deleted after { $date }; if room runs short here, the largest drafts go earlier.
receipt-next-kept = Open your mailbox with this code to add more, to send it or to discard it.
receipt-before-title = Already here
receipt-before = This form was sent before, and what it held is stored. Nothing was stored twice.
receipt-open-mailbox = Open my mailbox

## Mailbox

mailbox-form-title = Read the answer
mailbox-form-label = Your code
mailbox-form-hint = Eight words, in any case, with or without accents, on one line or several. The first four letters of each word are enough.
mailbox-form-open = Open
mailbox-title = Your mailbox
mailbox-replies = Answers
mailbox-no-replies = There is no answer yet. Come back in a few days.
mailbox-empty = What was under this code has expired, or you withdrew or deleted it.
# $date (String) - a day
mailbox-reply-of = Answer of { $date }
mailbox-reply-unreadable = This answer was not sealed to your code, so it cannot be shown. Tell the editors with a new message.
mailbox-reply-cut = This answer is not shown in full here.
mailbox-reply-whole = Download the whole answer
mailbox-reply-files = Files with this answer
mailbox-download = Download
mailbox-sent = What you sent
# $date (String) - a day
mailbox-sent-on = Sent on { $date }
# $count (Number) - files
# $size (String) - their size
mailbox-sent-files = { $count ->
    [0] a message
    [one] one file, about { $size }
   *[other] { $count } files, about { $size }
}
mailbox-waiting = waiting: no editor has fetched it yet
# $date (String) - a day
mailbox-fetched = fetched by the editors on { $date }
# $date (String) - a day
mailbox-expires = kept until { $date }
mailbox-draft = Not sent yet
# $team (String) - a team's name
mailbox-draft-for = For: { $team }
# $date (String) - a day
mailbox-draft-text = What arrived whole is kept for you until { $date }. The editors see nothing of it until you send it. If room runs short here, the largest and oldest drafts are deleted first.
mailbox-draft-message = The message that goes with it
mailbox-draft-send = Send it now
mailbox-draft-add = Add to this draft
mailbox-add = Add to it
mailbox-add-open = Write or attach more
mailbox-end = When you are done
mailbox-nothing-title = Nothing under this code
mailbox-nothing = Nothing has arrived under this code, or it has expired or was erased. If you have just sent something, compare each word with your paper. If not, you can send now, and this code will be the one to keep.
mailbox-try-again = Try another code

## Questions

question-back = No, go back
gone-already = It is not here any more: it was sent, withdrawn or deleted before.
draft-changed = What is kept has changed meanwhile. Look at it once more, then send it.
draft-look = Look at it
discard = Discard
discard-title = Discard what is kept?
discard-text = Files and message of this draft are deleted here, unsent. This cannot be undone.
discard-done = What was kept is deleted.
remove = Remove
remove-title = Remove this file?
remove-text = It is deleted here and is not sent with the others. The editors never saw it. This cannot be undone.
remove-done = The file is deleted.
withdraw = Withdraw
withdraw-title = Withdraw what you sent?
withdraw-text = If no editor has fetched it yet, it is deleted here. An editor who is fetching it at this very moment may have it all the same. This cannot be undone.
withdraw-done = It is withdrawn and deleted here.
withdraw-too-late = An editor has fetched it meanwhile, so it cannot be withdrawn.
delete = Delete
delete-title = Delete this answer?
delete-text = The answer and its files are deleted here. This cannot be undone.
delete-done = The answer is deleted.
erase = Erase everything
erase-hint = Erasing deletes everything under this code: what you sent, what is kept and every answer. Editors keep what they have already fetched.
erase-title = Erase everything under this code?
erase-text = What you sent, what is kept and every answer are deleted here. What editors have already fetched stays with them. They will not be able to answer you any more. This cannot be undone.
erased-title = Everything is erased
erased-text = Nothing is left here under your code, and going back or reloading will not bring it back.
erased-advice = Now choose “New Identity” in Tor Browser (the broom), or close it, and destroy the paper with the code.

## Leaving

leave = Leave
leave-hint = Closes the mailbox, so that “Back” and “Reload” do not open it again.
left-title = You have left
left-text = The mailbox is closed. Going back or reloading will not open it.
left-advice = Now choose “New Identity” in Tor Browser (the broom), or close it. If you wrote the code on paper, keep it where nobody looks for it.

## Visits that are not safe

loopback-notice = This page did not come over an onion address: for trying only. Do not send real documents here.
relayed-title = Stop: this way is not safe
relayed-text = This page comes to you through a relay on the open web (tor2web, for example). Whoever runs it can see everything: who you are, what you send, your code. Nothing of this request was kept.
host-title = Stop: this address is not ours
host-text = This page was asked for under a name that does not belong to this site. Somebody may stand between you and us and see everything: who you are, what you send, your code. Nothing of this request was kept.
danger-heading = What to do now
danger-nothing = Send nothing here, and type no code here.
danger-browser = On a device and a network that are not those of your work, get Tor Browser from torproject.org and open our address in it: it ends in “.onion”, with nothing after that.
danger-no-address = Take our address from where you first read of us.
danger-code = If you have already typed a code here, others may know it: do not use it again, and begin with a new one in Tor Browser.
danger-address = Our address
danger-compare = A relay can change this page too: compare the address with the one that you first got.

## What can go wrong

error-heading = This did not work
error-nothing-sent = Nothing was sent.
# $count (Number) - files
error-kept = { $count ->
    [one] One file arrived whole and is kept for you. Send this form again with all of its files, or open your mailbox: there you can add what is missing, then send.
   *[other] { $count } files arrived whole and are kept for you. Send this form again with all of its files, or open your mailbox: there you can add what is missing, then send.
}
error-mend = Mend it in the form above and send again: your files are still chosen there.
error-retry = Your files are still chosen in the form above: send again in a while.
error-again = Show the form as a page
error-back-home = Back to the first page

code-empty = Write the eight words of your code.
code-too-long = This is too long for a code. Write its eight words and nothing else.
# $found (Number) - words found
code-count = { $found ->
    [one] A code has eight words; there is one.
   *[other] A code has eight words; there are { $found }.
}
# $position (Number) - 1 to 8
code-unknown = Word { $position } is in no list. Look at it again.
# $position (Number) - 1 to 8
# $words (String) - suggestions
code-unknown-suggest = Word { $position } is in no list. Did you mean: { $words }?

error-too-large-title = Too large
# $limit (String) - a size
error-file-too-large = One of the files is larger than { $limit }. Split it or send a smaller copy.
# $limit (String) - a size
error-dispatch-too-large = All files together are larger than { $limit }. Choose fewer now and send the rest later, with the same code.
# $limit (Number) - files
error-too-many-files = There are more than { $limit } files. Send them in several goes, with the same code, or put them in one archive.
error-full-title = No room
error-full = There is no room for this now. Send less, or come back later; your code stays valid.
# $most (String) - a size
error-too-large-now = There is little room at the moment: together the files may have at most { $most }. Send less, or come back later; your code stays valid.
error-busy-title = Too many at once
error-busy = Too many people are sending or asking at once. Wait a minute and try again.
error-displaced = Many are sending at once, and hardly anything of this upload arrived for a while: its place was given to somebody else. Get a new Tor circuit for this site if you can, then try again.
error-stale = The editors' keys have changed since these files arrived. They must be sent again: discard what is kept, then send the files anew.
error-discarded = This upload has ended: the form was sent again, or its draft was sent, changed, discarded or erased in another window. Your mailbox shows what is kept.
# $most (Number)
error-drafts = { $most } drafts are kept under this code, and there can be no more. Send or discard one in your mailbox. Sending directly still works, but an upload that breaks loses its files.
error-unheld = Not every file that arrived could be kept: under this code there is no room for more drafts, or for more files in this one. Send or discard what is kept in your mailbox, then send again.
error-empty = Write a message or choose a file.
# $limit (String) - a number of characters, written out
error-message-too-long = The message is longer than { $limit } characters. Shorten it, or attach it as a file.
error-message-has-code = The message contains your code. Whoever reads the message could open your mailbox. Take the code out of it and send again.
error-team = Choose who should get it.
error-ticket-old = This form is more than a week old. Nothing was sent. Copy what you wrote, then open a new form from the first page.
error-code-ticket-old = This page is more than a week old. Enter your code again.
error-ticket-foreign = This form was not made by this site, or it was changed on the way. Start again from the first page.
error-form-title = The form could not be read
error-form = What arrived is not the form of this site. Start again from the first page; if you already wrote a code down, choose “I have a code” there.
error-cut = The upload ended before it was complete. Nothing was sent; files that arrived whole are kept for you. Choose “I have a code” on the first page and type your code to see them.
error-slow = This took too long. What you asked for may have been done all the same: look with your code.
error-origin-title = Refused
error-origin = This request came from another site. Nothing was done. If you did not expect this, close that site.
error-not-found-title = There is no such page
error-not-found = The address may be mistyped.
error-no-file = There is no such file in your mailbox.
error-internal-title = Something failed here
error-internal = It is not your fault. Try again later; your code stays valid.

## Desk: inbox

inbox-views = Which mailboxes
inbox-all = All
inbox-unread = Unread
inbox-starred = Starred
inbox-muted = Muted
# $day (String) - a day
inbox-clock = The server’s clock may be wrong, so nothing is deleted when its time is up, and what comes in carries the date { $day }. Please tell the person who runs this site.
inbox-search = Search by name
inbox-label = Label
inbox-any-label = Any
inbox-find = Find
inbox-nothing = Nothing has arrived yet.
inbox-nothing-found = No mailbox fits.
inbox-nothing-unread = You have fetched everything.
inbox-nothing-starred = No mailbox has a star of yours.
inbox-nothing-muted = You have muted no mailbox.
inbox-show-all = Show all mailboxes
# $count (Number) - submissions
inbox-row-unread = { $count } new
inbox-pages = Pages
inbox-newer = Newer
inbox-older = Older
inbox-everything = Everything that is unread
inbox-everything-hint = One bundle of all that you have not fetched yet, muted mailboxes aside.
inbox-everything-get = Prepare the bundle
# $team (String) - its name
inbox-everything-of = Prepare the bundle of { $team }

## Desk: a mailbox

mark-star = Star
mark-unstar = Take the star away
mark-starred = starred
mark-mute = Mute
mark-unmute = No longer mute
mark-muted = muted
mark-mute-hint = Star and mute are yours alone. What is muted stands apart and announces nothing.
mark-star-done = The mailbox has a star.
mark-unstar-done = The star is taken away.
mark-mute-done = The mailbox is muted. You find it under “Muted”.
mark-unmute-done = The mailbox is no longer muted.
labels-title = Labels of the team
labels-done = The labels are changed.
dispatches-title = Sent and received
dispatches-none = Nothing is here any more.
# $count (Number) - submissions
dispatches-all-unread = { $count ->
    [one] Get what is new
   *[other] Get all { $count } that are new
}
# $date (String) - a day
dispatch-submission = From the source, { $date }
# $date (String) - a day
dispatch-reply = Your team’s answer, { $date }
dispatch-new = new
# $date (String) - a day
# $who (String) - name of an editor
dispatch-fetched = Fetched by { $who }, { $date }
# $date (String) - a day
dispatch-exported = Exported by the operator, { $date }
# $date (String) - a day
dispatch-kept = Kept at least until { $date }
dispatch-pick = Select
# $size (String) - a size
dispatch-manifest = Only the list of contents ({ $size })
dispatches-get = Get what is selected
dispatches-fetched = I have it already
dispatches-fetched-hint = “I have it already” marks what is selected as fetched by you, without a download. “I do not have it” takes that back: if a download was lost, say so, or it is removed after its days without ever being read.
# $count (Number) - submissions
dispatches-fetched-done = { $count ->
    [one] One is marked as fetched by you.
   *[other] { $count } are marked as fetched by you.
}
dispatches-unfetched = I do not have it
# $count (Number) - submissions
dispatches-unfetched-done = { $count ->
    [one] One counts as not fetched by you again.
   *[other] { $count } count as not fetched by you again.
}
dispatches-none-picked = Nothing new was selected.
desk-delete-title = Delete this for the whole team?
desk-delete-text = It is deleted here, with all of its files. Nobody can fetch it any more; copies that were fetched before stay with those who have them. This cannot be undone.
desk-delete-unfetched = Nobody has fetched it yet: with this it is lost.
desk-delete-reply-text = The answer is deleted here. If the source has not read it yet, it never will. This cannot be undone.
desk-delete-done = It is deleted.
erase-mailbox-title = Delete the mailbox
erase-mailbox-hint = For the whole team, with everything sent and received.
erase-mailbox = Delete all of it
erase-mailbox-question = Delete this mailbox for the whole team?
# $count (Number) - dispatches
# $unread (Number) - of them, submissions nobody has fetched
erase-mailbox-text = { $count ->
    [one] One dispatch is
   *[other] { $count } dispatches are
} deleted here. { $unread ->
    [0] Everything from the source has been fetched by somebody.
    [one] One of what the source sent has been fetched by nobody.
   *[other] { $unread } of what the source sent have been fetched by nobody.
} The source will find nothing of it any more, not even answers. This cannot be undone.
erase-mailbox-done = The mailbox is deleted.

## Desk: answering

reply-title = Answer
reply-hint = What you write here is encrypted on this server as it arrives, for the source and your team. It is safer to seal it on your own machine, without a network, and bring the bundle.
# $file (String) - a size
# $dispatch (String) - a size
reply-files-hint = Several at once if you like: { $file } each, { $dispatch } together. While it is being sent this page stays as it is: leave it open. An answer that breaks off is not sent; send it again.
reply-send = Send the answer
reply-offline = Sealed offline?
reply-sent = The answer is sent. The source reads it with the code.
# $limit (String) - a size
reply-too-large = All files together are larger than { $limit }. Send them in several answers. Choose the files again.
# $limit (Number) - files
reply-too-many = There are more than { $limit } files. Send them in several answers, or put them in one archive. Choose the files again.
reply-no-room = There is no room for this now. Nothing was sent. Tell the operator, or delete what is no longer needed. What you wrote is still here; choose the files again.
deliver-title = Deliver a sealed bundle
deliver-hint = Answers that “sourdine reply” sealed on your own machine.
deliver-open = Bring a bundle
deliver-text = It is checked from outside: whom it is for, and that it is sealed to as many keys as the source and your team have. Nobody here can read it. “sourdine reply” makes it on your own machine; the page of each download shows the command.
deliver-team = Which team answers?
deliver-bundle = The bundle, all its volumes together
deliver-send = Deliver
deliver-done = delivered
deliver-before = was delivered before
deliver-unpadded = Something in it is not padded: its stored size tells the exact one. “sourdine reply” pads.
deliver-damaged = This is not a bundle, or it is cut. Nothing was delivered. Make it again, or bring it again.
deliver-cut = This bundle is cut: its end is missing. Nothing was delivered. Copy or make it again, then bring it again.
deliver-packed = This is not the bundle itself but an archive around it, or one file out of it. Nothing was delivered. Unpack it and bring the .tar that “sourdine reply” wrote.
# $folder (String) - a folder in the bundle
deliver-folder = This bundle was unpacked and packed again, with the folder “{ $folder }” around it. Nothing was delivered. Bring the .tar that “sourdine reply” wrote.
# $name (String) - a mailbox
deliver-no-mailbox = { $name }: this team has no such mailbox here. Was it deleted, or is the bundle for another team or another site? Nothing was delivered.
# $place (String) - mailbox and dispatch
deliver-structure = { $place }: its list of contents is missing, or its files are not numbered 0001, 0002 and on. Nothing was delivered.
# $place (String) - path in the bundle
deliver-not-sealed = { $place } is not encrypted with age, or it is damaged. Nothing was delivered.
# $place (String) - path in the bundle
# $found (Number) - keys
# $expected (Number) - keys
deliver-keys = { $place } is sealed to { $found } keys instead of { $expected }: the source and every editor of the team. Nothing was delivered. Seal it again, with “sourdine reply” or to exactly these keys.
# $place (String)
deliver-long-message = { $place }: its message is too long. Nothing was delivered. Put the text into a file and attach it.
deliver-too-large = The bundle is larger than what one answer may hold. Bring fewer answers at once.
deliver-no-room = There is no room for all of this now. Some of it may have been delivered: look into the mailboxes. Bring the same bundle again later: what is there already is not stored twice.

## Desk: downloads

download-title = Your bundle
# $count (Number) - dispatches
# $size (String) - a size
download-holds = { $count ->
    [one] One dispatch
   *[other] { $count } dispatches
}, { $size }
download-volumes = It comes in volumes that fit a USB stick. Each can be opened by itself.
download-broken-title = If it breaks off
# $date (String) - a day
download-broken = This list keeps its address until { $date }. Let the browser resume the download, or open this page again. If you were signed out meanwhile, sign in first. If something of it is withdrawn or deleted meanwhile, the page says so and offers the rest.
download-open-title = Opening it
download-open = Carry it to the machine that holds your key, which needs no network. README.txt in the bundle says how to open it with age alone.
download-answer-title = Answering without network
download-answer = Write your answer to a mailbox into a text file of its name, and seal it with its command. Then bring the bundle here:
download-done-title = When you have it
download-done-hint = What was served to its last byte, in every volume that holds some of it, counts as fetched by itself, unless the server was started again meanwhile. If you have it in another way, say so.
download-done = Mark all of it as fetched
download-nothing = There is nothing new.
# $count (Number) - dispatches of a list
download-more = There is more than fits one list: these are the first { $count }. When you have them, prepare the next bundle.
# $count (Number) - dispatches
download-damaged = { $count ->
    [one] One dispatch is damaged here and was left out. Tell the operator: a backup may have it.
   *[other] { $count } dispatches are damaged here and were left out. Tell the operator: a backup may have them.
}
changed-title = This bundle is not the same any more
changed-text = Something of it was deleted or has expired since. A download that had begun cannot go on.
# $count (Number) - dispatches
changed-again = { $count ->
    [one] Make a new one of what is left (one dispatch)
   *[other] Make a new one of what is left ({ $count } dispatches)
}
desk-error-cut = It ended before it was complete. Nothing was sent. Send it again.
desk-error-cut-title = The upload broke off

## Desk: every page

desk-rooms = Desk
desk-inbox = Inbox
desk-journal = Journal
desk-account = Account
desk-sign-out = Sign out
desk-footer = For editors only. A cookie of this site keeps you signed in; there is no script. Nothing here is readable without your own key.
desk-loopback = This page did not come over an onion address: for trying only.
desk-back = Back to the desk

## Desk: signing in

desk-sign-in-title = Sign in
desk-sign-in = Sign in
desk-sign-in-again = Sign in in another tab
desk-name = Name
desk-passphrase = Passphrase
desk-code = Code of your device
desk-code-hint = Six digits, which change every thirty seconds.
desk-sign-in-hint = Accounts are made by the operator of this site, who also helps when a passphrase or a device is lost.

## Desk: what can go wrong

desk-signed-out-title = You are signed out
desk-signed-out = Nothing was done. A session ends after half an hour without a click, or after eight hours. Sign in in another tab, then do this again there.
desk-other-session-title = Not done
desk-other-session = This form was made before you last signed in, or not by this site. Nothing was done. Open the page again and repeat it there.
desk-kept = What you wrote, to be copied
desk-error-form = What arrived is not a form of this site. Nothing was done. Open the page again.
desk-error-slow = This took too long. What you asked for may have been done all the same: look before you repeat it.
desk-relayed = This page comes to you through a relay on the open web (tor2web, for example). Whoever runs it can see everything you read and type. Use Tor Browser and the address that ends in “.onion”.
desk-host = This page was asked for under a name that does not belong to this site. Somebody may stand between you and us. Type nothing here; take the address from the operator.
desk-error-busy = Too many are asking at once. Wait a minute and try again.
desk-error-not-found = There is nothing here that you may see: the address may be mistyped, or it was deleted.
desk-error-internal = It is not your fault. Try again later, or tell the operator.

## Desk: signing in that did not work

desk-wrong = Wrong name, passphrase or code. Each code works once and for about a minute: wait for a new one, then try again. After several wrong codes, an account has to wait between tries, up to an hour.
desk-sign-in-busy = Too many sign-ins at once. Nothing is locked: wait ten seconds, then try again with a new code.
desk-no-cookie = Your browser did not keep this site’s cookie, without which nobody can stay signed in. An onion site needs Tor Browser (in another Firefox, set dom.securecontext.allowlist_onions to true in about:config). Allow cookies, then try again with a new code.

## Desk: account

desk-account-title = Your account
# $name (String) - name of the account
desk-account-name = You are signed in as { $name }.
desk-account-teams = Your teams:
desk-passphrase-title = Change the passphrase
desk-passphrase-new = New passphrase
desk-passphrase-new-hint = Seven words chosen at random for you: write them down, or use your own of at least twenty characters.
desk-passphrase-old = Present passphrase
desk-passphrase-change = Change it
desk-passphrase-done = The passphrase is changed. Every other session of yours has ended.
desk-passphrase-short = The new passphrase is too short: it needs at least twenty characters. Nothing was changed.
desk-passphrase-long = The new passphrase is too long: it may have two hundred characters. Nothing was changed.
desk-change-wrong = Wrong present passphrase or code of the present device. Nothing was changed. Each code works once: wait for a new one, then try again. After several wrong codes, an account has to wait between tries, up to an hour.
desk-device-heading = Device for codes
desk-device-hint = The app that shows six digits for signing in. To move to another phone, have both at hand.
desk-device-change = Use another device
desk-device-scan = Scan this with the app of the new device. It is shown only here: opening this page again makes another.
desk-device-picture = QR code of the secret that stands below as text
desk-device-text = Or type this in by hand:
desk-device-new-code = Code of the new device
desk-device-old-code = Code of the present device
desk-device-old-hint = A new one: the one you signed in with is used up. Without the present device, ask the operator for a new login.
desk-device-confirm = Use the new device
desk-device-back = Keep the present one
desk-device-done = The new device is in use; the old one is worth nothing any more. Every other session of yours has ended.
desk-device-wrong = The code of the new device is not right. Nothing was changed: compare what the app holds with this page, check the clock of the device, and try again.
desk-feed-heading = Feed
desk-feed-hint = A feed reader that goes through Tor can tell you that something new waits, and since which day; nothing more. Whoever has the address can read that. A changed passphrase or device, a new login from the operator, and signing out everywhere revoke it.
desk-feed-is = Your feed has an address.
desk-feed-none = Your feed has no address yet.
desk-feed-make = Make a new address
desk-feed-revoke = Revoke it
desk-feed-revoked = The address of your feed is revoked.
desk-feed-new = The address of your feed
desk-feed-once = It is shown only this once: copy it into your feed reader now. An earlier address is worth nothing any more.
desk-everywhere = Sign out everywhere
desk-everywhere-hint = Ends every session of your account, this one too: for when a machine was left signed in.

## Desk: feed

desk-feed-expires = Something expires that nobody has downloaded
# $date (String) - a day
desk-feed-expires-on = Kept until { $date }
desk-feed-title = Editors’ desk
desk-feed-waits = Something new waits
# $date (String) - a day
desk-feed-since = Day of the newest: { $date }

## Desk: journal

desk-journal-title = Journal
desk-journal-hint = What was done in your teams, by day. Lines are kept for 90 days.
desk-journal-empty = Nothing yet.
desk-journal-more = Earlier lines are not shown.
# $who (String) - name of an account, or "operator"
did-sign-in = { $who } signed in
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-fetch = { $who } fetched from { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-reply = { $who } replied to { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-delete-dispatch = { $who } deleted a dispatch of { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-delete-mailbox = { $who } deleted all of { $what }
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-add = { $who } made the account { $what }
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-reset = { $who } gave the account { $what } a new login
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-remove = { $who } removed the account { $what }
# $who (String) - name of an account, or "operator"
did-change-passphrase = { $who } changed their passphrase
# $who (String) - name of an account, or "operator"
did-change-device = { $who } changed their device
# $who (String) - name of an account, or "operator"
did-sign-out-everywhere = { $who } signed out everywhere
# $who (String) - name of an account, or "operator"
did-make-feed = { $who } made an address for their feed
# $who (String) - name of an account, or "operator"
did-revoke-feed = { $who } revoked the address of their feed
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-change-teams = { $who } changed the teams of { $what }
# $who (String) - name of an account, or "operator"
did-wrong-codes = Somebody tried wrong codes with the right passphrase of { $who }
