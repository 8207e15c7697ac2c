language-name = English
# "ltr" (from left to right) or "rtl"
text-direction = ltr
# The word list of codes: "french" or "english". A language without one of its own takes "english".
code-words = english

## Every page

skip-to-content = Skip to content
language-choice = Language
footer = This site sets no cookies and runs no scripts. What you send is encrypted on arrival. Only the editors can open it.

decimal-separator = .
# between thousands
group-separator = ,
# $count (Number) - bytes
size-bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
# $n (String) - a number
size-kb = { $n } kB
# $n (String) - a number
size-mb = { $n } MB
# $n (String) - a number
size-gb = { $n } GB
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
landing-who = A small team reads what you send, usually every few days.
landing-intro = Your documents and your message are encrypted as they arrive. Only the editors hold the keys. We do not learn who you are.
landing-send = Send documents
landing-send-hint = You get a code. Keep it to read the answer.
landing-return = I have a code
landing-return-hint = Read the answer, or send more.
traces-title = What a document can reveal about you
traces-metadata = Files hold names, times, places and devices. A passage retyped as plain text holds none.
traces-paper = Printed pages can carry faint marks of the printer and the day. Scans and photos show them.
traces-copies = Copies can differ slightly, so that each points to one person. Prefer what many people have.
traces-message = In the message, leave out who you are, how you got the document and who else has it.
landing-kept-title = How long it is kept, and who can open it
# $count (Number) - days
landing-kept-sent = { $count ->
    [one] Your documents are deleted here one day after the editors download them.
   *[other] Your documents are deleted here { $count } days after the editors download them.
}
# $count (Number) - days
landing-kept-all = { $count ->
    [one] Everything under your code is deleted after one day without news.
   *[other] Everything under your code is deleted after { $count } days without news.
}
landing-kept-seized = Whoever takes this server finds days, sizes and encrypted data. They find no documents, no messages, no file names, no codes and no addresses of visitors.
landing-kept-honest = No system is perfect. Weigh what you risk before you send.
before-scripts = Your browser runs scripts.
before-scripts-do = In Tor Browser, set the security level to “Safest”. Another browser does not hide you.
before-tor = Use Tor Browser at the security level “Safest”.
before-work = Use nothing from work: no computer, no phone, no network.
landing-readers = Who reads it
# $count (Number) - editors' keys
landing-keys = { $count ->
    [one] One editor holds a key
   *[other] { $count } editors hold a key
}
landing-keys-hint = Fingerprints of the keys that your documents are encrypted to. To encrypt yourself first, use the keys:
landing-contact = Other ways to reach us

## Sending

drop-title = Send documents
team-title = Who is it for?
team-text = Only the team that you choose can open it.
sent-to = To:
drop-code-heading = Write down this code
drop-code-hint = This code is the only way to read the answer. Write it on paper: four letters of each word are enough. Do not photograph it. Nobody can give it to you again. Reloading this page changes it.
drop-code-known = Your code
drop-with-draft = What you add here is kept as a draft. It is not sent. Send the draft from your mailbox.
drop-form-heading = Write, attach, send
drop-message = Message
drop-message-hint = What are these documents, and what do you know about them? Never write the code here.
drop-message-lost = “Back” and “Reload” empty this form. The language buttons keep the text; choose your files again after that.
drop-no-answer = No answer
drop-files = Choose files
# $file (String) - a size
# $dispatch (String) - a size
# $files (Number) - how many
drop-files-hint = Up to { $files } files, { $file } each, { $dispatch } together. If the connection breaks, the files that arrived whole are kept. Send very large files one at a time.
drop-send = Send
drop-keep = Keep for later
drop-keep-hint = “Keep for later” stores an encrypted draft. The editors do not see it and cannot answer until you send it.
drop-add = Add to the draft
drop-send-hint = Over Tor this can take long. Keep this page open: the box at the bottom shows how far it is.
drop-mailbox-hint = Files that arrived whole after a broken upload are in your mailbox.
box-title = Progress and receipt
box-hint = Empty or stopped? The connection broke. Press “Send” again.

progress-title = Progress of the upload
progress-waiting = Nothing is being sent yet.
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
progress-sealing = Everything has arrived and is being stored.
progress-sent = Stored.
result-title = Receipt

## Receipt

receipt-title = Received
receipt-open = See the receipt
receipt-lead = What you sent is encrypted and stored. Only the editors can open it.
receipt-code-heading = Your code
receipt-code-hint = What has just arrived is under this code. If your paper says otherwise, correct it now.
receipt-content-heading = What arrived
receipt-message = Your message arrived.
receipt-no-file = No file.
receipt-left-heading = Not sent this time
receipt-left = These files arrived in an earlier try and are kept as a draft. Open your mailbox to send or delete them.
receipt-hash = Checksum (SHA-256)
receipt-next-heading = What happens next
receipt-next-read = The editors download it and open it on a machine without a network.
receipt-next-return = Come back in a few days with your code to read the answer.
# $count (Number) - days
receipt-next-expiry = { $count ->
    [one] It is deleted here one day after the editors download it.
   *[other] It is deleted here { $count } days after the editors download it.
}
receipt-kept-title = Not sent yet
receipt-kept-lead = Your draft is kept here, encrypted. The editors do not see it and cannot answer until you send it.
# $date (String) - a day
receipt-kept-until = It is deleted after { $date }, or earlier where room runs short. Each addition starts the days again.
receipt-send-now = Open my mailbox to send it
receipt-next-kept = In your mailbox you can send the draft, add to it or delete it.
receipt-before-title = Already received
receipt-before = This form was sent before, and everything in it is stored once.
receipt-open-mailbox = Open my mailbox

## Mailbox

mailbox-form-title = I have a code
mailbox-form-label = Your code
mailbox-form-hint = Type the words in order. Capitals, accents and line breaks do not matter. Four letters of each word are enough.
mailbox-form-open = Open my mailbox
mailbox-title = Your mailbox
mailbox-replies = Answers
mailbox-no-replies = No answer yet. Come back in a few days.
mailbox-empty = Nothing is here now: it expired, or you withdrew or deleted it.
mailbox-reply = Reply
mailbox-reply-unreadable = Your code does not open this answer. Tell the editors in a new message.
mailbox-reply-cut = Only the beginning of this answer is shown.
mailbox-reply-whole = Download the whole answer
mailbox-reply-files = Files with this answer
mailbox-file-caution = A file opened outside Tor Browser can contact the network and reveal you. Open it offline, on Tails for example.
mailbox-download = Download
mailbox-sent = What you sent
# $count (Number) - files
# $size (String) - their size
mailbox-sent-files = { $count ->
    [0] Message
    [one] One file, about { $size }
   *[other] { $count } files, about { $size }
}
mailbox-waiting = Not downloaded yet
# $date (String) - a day
mailbox-fetched = Downloaded by the editors on { $date }
# $date (String) - a day
mailbox-expires = Kept until { $date }
mailbox-draft = Not sent yet
mailbox-draft-text = The editors do not see this draft and cannot answer until you send it.
# $date (String) - a day
mailbox-draft-until = Kept until { $date }, or less long where room runs short.
mailbox-draft-send = Send now
mailbox-draft-add = Add to this draft
mailbox-add = Send more
mailbox-add-open = Write or attach more
mailbox-end = When you are done
mailbox-nothing-title = Nothing under this code
mailbox-nothing = Nothing has arrived under this code, or it expired, or it was deleted. If you have just sent something, compare each word with your paper. You can also send now: keep this code then.
mailbox-nothing-older = This code has eight words. Codes now have nine: if your paper has nine, type all of them. Nothing is stored under these eight words. To send something, take a new code.
mailbox-new-code = Send documents with a new code
mailbox-try-again = Try another code

## Questions

question-back = No, go back
gone-already = It is no longer here: it was sent, withdrawn or deleted before.
draft-changed = The draft has changed meanwhile. Look at it again, then send it.
draft-look = Open my mailbox
discard-title = Delete this draft?
# $date (String) - a day
discard-text = The draft of { $date } is deleted unsent, with its files and its message. This is final.
discard-done = The draft is deleted.
# $name (String) - a file
remove-title = Delete “{ $name }”?
remove-text = The file is deleted here and will not be sent. The editors never saw it. This is final.
remove-done = The file is deleted.
withdraw = Withdraw
# $date (String) - a day
withdraw-title = Withdraw what you sent on { $date }?
withdraw-text = It is deleted here if no editor has downloaded it. An editor who is downloading it right now may still get it. This is final.
withdraw-done = It is withdrawn and deleted here.
withdraw-too-late = An editor has downloaded it meanwhile. It cannot be withdrawn.
delete = Delete
# $date (String) - a day
delete-title = Delete the answer of { $date }?
delete-text = The answer and its files are deleted here. This is final.
delete-done = The answer is deleted.
erase = Delete everything
erase-hint = This deletes everything under your code: what you sent, drafts and answers. The editors keep what they have downloaded.
erase-title = Delete everything under this code?
erase-text = What you sent, drafts and answers are deleted here. The editors keep what they have downloaded and can no longer answer you. This is final.
erased-title = Everything is deleted
erased-text = Nothing is left under your code. “Back” and “Reload” show nothing.
erased-advice = Now choose “New Identity” in Tor Browser (the broom), or close it. Destroy the paper with the code.

## Leaving

leave = Leave
leave-hint = Leaving closes the mailbox: “Back” and “Reload” no longer open it.
left-title = You have left
left-text = The mailbox is closed. “Back” and “Reload” do not open it.
left-advice = Now choose “New Identity” in Tor Browser (the broom), or close it. Keep the paper with the code where nobody looks.

## Visits that are not safe

loopback-notice = This page did not come over an onion address. It is for trying only: send no real documents.
relayed-title = Stop: this way is not safe
relayed-text = This page reaches you through a relay on the open web, such as tor2web. Its owner can see who you are, what you send and your code. Nothing of this request was kept.
host-title = Stop: this address is not ours
host-text = This page was requested under a name that is not ours. Somebody between us may see who you are, what you send and your code. Nothing of this request was kept.
danger-heading = What to do now
danger-nothing = Send nothing here, and type no code here.
danger-browser = Get Tor Browser from torproject.org, on a device and a network that are not from work. Open our address in it: it ends in “.onion”.
danger-no-address = Find our address where you first read about us.
danger-code = If you already typed a code here, others may know it. Start again with a new code in Tor Browser.
danger-address = Our address
danger-compare = A relay can change this page too. Compare this address with the one you first got.

## What can go wrong

error-heading = Not sent
error-nothing-sent = Nothing was sent.
# $count (Number) - files
error-kept = { $count ->
    [one] One file arrived whole and is kept as a draft in your mailbox. Correct the form and send all of it again.
   *[other] { $count } files arrived whole and are kept as a draft in your mailbox. Correct the form and send all of it again.
}
# $count (Number) - files
error-kept-part = { $count ->
    [one] One file arrived whole and is kept as a draft. Open your mailbox to send it, then send the others with the same code.
   *[other] { $count } files arrived whole and are kept as a draft. Open your mailbox to send them, then send the others with the same code.
}
error-mend = Correct the form above and send again. Your files are still chosen.
error-choose = Choose the files again in the form above, then send. Your text is still there.
error-retry = Send again in a while. Your files are still chosen in the form above.
error-again = Open the form again
error-back-home = Back to the first page

code-empty = Type the words of your code.
code-too-long = This is too long. Type the words of your code and nothing else.
# $found (Number) - words found
code-count = { $found ->
    [one] A code has nine words. You typed one.
   *[other] A code has nine words. You typed { $found }.
}
# $position (Number) - 1 to 9
code-unknown = Word { $position } cannot be right. Compare it with your paper.
# $position (Number) - 1 to 9
# $words (String) - suggestions
code-unknown-suggest = Word { $position } cannot be right. Did you mean: { $words }?
code-check = One of these words is wrong, or two have changed places. Compare each with your paper.

error-too-large-title = Not sent: too large
# $limit (String) - a size
error-file-too-large = One file is larger than { $limit }. Split it or send a smaller copy.
# $limit (String) - a size
# $file (String) - a size
error-dispatch-too-large = What you chose is larger than { $limit }, the most at once. One file may have { $file }. Send the rest later with the same code.
# $limit (Number) - files
error-too-many-files = There are more than { $limit } files. Send them in several goes with the same code, or in one archive.
error-full-title = Not sent: no room
error-full = There is no room right now. Send less, or come back later. Your code stays valid.
# $most (String) - a size
error-too-large-now = Room is short right now: at most { $most } together. Send less, or come back later. Your code stays valid.
error-busy-title = Busy
error-busy = Too many people are sending right now. Wait a minute and try again.
error-busy-form = Too many people are sending or asking at once. Wait a minute, then reload this page and confirm: what you wrote is sent along again.
error-displaced = Many people are sending, and this upload hardly moved: its place went to somebody else. Ask Tor Browser for a new circuit, then send again.
error-stale = The editors’ keys have changed since these files arrived. Delete this draft and send the files again.
error-discarded = This upload has ended: in another window the form was sent again, or its draft was sent, changed or deleted. Your mailbox shows what is kept.
# $most (Number)
error-drafts = There are { $most } drafts under this code, the most there can be. Send or delete one in your mailbox. “Send” still works, but a broken upload then loses its files.
error-unheld = Some files that arrived could not be kept as a draft: there is no room for more under this code. Send or delete drafts in your mailbox, then send again.
error-empty = Write a message or choose a file.
# $limit (String) - a number of characters, written out
error-message-too-long = The message is longer than { $limit } characters. Shorten it, or attach it as a file.
# $limit (String) - a number of characters, written out
error-answer-too-long = An answer is longer than { $limit } characters. Shorten it.
error-message-has-code = The text contains your code. Whoever reads it could open your mailbox. Remove the code and send again.
error-file-name-has-code = A file name contains your code. Whoever reads it could open your mailbox. Rename the file, choose it again and send.
error-older-code = This form has a code of eight words, an older kind. Nothing new is stored under it. Copy your text, then take a new code from the first page.
error-team = Choose who it is for.
error-ticket-old = This form is more than a week old. Nothing was sent. Copy your text, then open a new form from the first page.
error-code-ticket-old = This page is more than a week old. Type your code again.
error-ticket-foreign = This form was not made by this site, or it was changed on the way. Start again from the first page.
error-form-title = The form could not be read
error-form = This is not a form of this site. Start again from the first page. If you already have a code, choose “I have a code” there.
error-cut = The upload broke off. Nothing was sent. Files that arrived whole are kept as a draft: choose “I have a code” on the first page.
error-slow = This took too long. It may have worked: look in your mailbox.
error-origin-title = Refused
error-origin = This request came from another site. Nothing was done. Close that site if you did not expect this.
error-not-found-title = Page not found
error-not-found = The address may be mistyped.
error-no-file = This file is not in your mailbox.
error-internal-title = Something failed here
error-internal = It is not your fault. Try again later. Your code stays valid.

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
