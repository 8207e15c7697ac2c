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
    [one] Everything under your code is deleted after one day in which nothing new comes, from you or the editors.
   *[other] Everything under your code is deleted after { $count } days in which nothing new comes, from you or the editors.
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
landing-keys-all = All of them together:
landing-contact = Other ways to reach us

## Sending

drop-title = Send documents
team-title = Who is it for?
team-text = Only the team that you choose can open it.
sent-to = To:
drop-code-heading = Write down this code
drop-code-hint = This code is the only way to read the answer. Write it on paper: the first four letters of each word are enough. Do not photograph it. Nobody can give it to you again. Leaving or reloading this page changes it.
drop-code-known = Your code
drop-with-draft = What you add here is kept as a draft. It is not sent. Send the draft from your mailbox.
drop-form-heading = Write, attach, send
drop-message = Message
drop-message-hint = What are these documents, and what do you know about them? Never write the code here.
drop-message-lost = “Back” and “Reload” empty this form. Changing the language at the top keeps the text; choose your files again after that.
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
box-title = Progress and receipt
box-hint = Empty or stopped while sending? ✕, then “Send”.

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
receipt-kept-open = See what is kept
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
receipt-next-read = The editors download what you sent and open it on a machine without a network.
receipt-next-return = Come back in a few days with your code to read the answer.
# $count (Number) - days
receipt-next-expiry = { $count ->
    [one] What you sent is deleted here one day after the editors download it.
   *[other] What you sent is deleted here { $count } days after the editors download it.
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
mailbox-expires = Kept here until { $date }
# $date (String) - a day
mailbox-expires-unread = Kept here until { $date }, if no editor downloads it before
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
mailbox-nothing = Nothing has arrived under this code, or it expired, or it was deleted, by you or by the editors. If you have just sent something, compare each word with your paper. You can also send now: keep this code then.
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
withdraw-text = It is deleted here if no editor has downloaded it. This is final. An editor who is downloading it right now may still get it.
withdraw-done = It is withdrawn and deleted here.
withdraw-too-late = An editor has downloaded it meanwhile. It cannot be withdrawn.
delete = Delete
# $date (String) - a day
delete-title = Delete the answer of { $date }?
delete-text = The answer and its files are deleted here. This is final.
delete-done = The answer is deleted.
erase = Delete everything
erase-hint = This deletes everything under your code: what you sent, drafts and answers. The editors keep what they have downloaded.
closed-title = No new documents for now
closed-codes = If you have a code, it still works: read answers, send what you prepared, add documents.
# $day (String)
mailbox-as-of = This site was restored from a copy made on { $day }. What you sent or did after that day is not here. Send it again if you still can.
erase-backups = { $count ->
    [one] Sealed copies for emergencies can hold it for one more day.
   *[other] Sealed copies for emergencies can hold it for { $count } more days.
}
erase-title = Delete everything under this code?
erase-text = What you sent, drafts and answers are deleted here. The editors keep what they have downloaded and can no longer answer you. This is final.
erased-title = Everything is deleted
erased-text = Nothing is left under your code. “Back” and “Reload” show nothing.
erased-advice = Now choose “New Identity” in Tor Browser (the broom), or close it. Destroy the paper with the code.

## Leaving

leave = Leave
leave-hint = Leaving closes the mailbox. After that only your code opens it again: “Back” and “Reload” do not.
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
code-problem = Check your code
sign-in-problem = Not signed in
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
error-mend = Correct the form above and send again. Files that you chose are still chosen.
error-choose = Choose the files again in the form above, then send. Your text is still there.
error-retry = Send again in a while. Files that you chose are still chosen in the form above.
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
error-keys-changed = The editors’ keys were changed while this was being sent, so nothing was published. Sent again, it is encrypted to the new keys.
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
error-older-code = This form has a code of eight words, an older kind. Nothing new is stored under it. A new form can be opened below, with your text and a new code.
error-team = Choose who it is for.
error-ticket-old = This form is more than a week old. Nothing was sent. A new form can be opened below, with your text and a new code.
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

inbox-views = Mailboxes to show
inbox-all = All
inbox-unread = Unread
inbox-starred = Starred
inbox-muted = Muted
# $day (String) - a day
inbox-clock = The server’s clock may be wrong. Until that is settled, nothing is deleted at its date, and what arrives is dated { $day }. Tell the operator of this site.
inbox-search = Search by the mailbox’s name
inbox-label = Label
inbox-any-label = Any label
inbox-find = Search
inbox-nothing = Nothing is here now. Muted mailboxes are listed under “Muted”.
inbox-nothing-found = No mailbox matches.
inbox-nothing-unread = You have downloaded everything.
inbox-nothing-starred = You have starred no mailbox.
inbox-nothing-muted = You have muted no mailbox.
inbox-show-all = Show all mailboxes
# $count (Number) - submissions
inbox-row-unread = { $count } new
# $date (String) - a day
inbox-row-since = waiting since { $date }
inbox-row-answered = answered
inbox-row-not-answered = not answered
# $count (Number) - files
# $size (String) - their padded size
desk-files = { $count ->
    [0] Message, { $size }
    [one] One file, { $size }
   *[other] { $count } files, { $size }
}
inbox-pages = Pages
inbox-newer = Newer
inbox-older = Older
inbox-download = Download all unread
# $team (String) - its name
inbox-download-of = Download all unread of { $team }
inbox-download-hint = One bundle holds everything that you have not downloaded. Muted mailboxes are left out.

## Desk: a mailbox

mark-star = Add a star
mark-unstar = Remove the star
mark-starred = starred
mark-mute = Mute
mark-unmute = Unmute
mark-muted = muted
mark-mute-hint = Only you see your stars and your mutes. A muted mailbox is listed under “Muted” and is left out of your feed (page Account) and of “Download all unread”.
mark-star-done = The mailbox has your star.
mark-unstar-done = Your star is removed.
mark-mute-done = The mailbox is muted. You find it under “Muted”.
mark-unmute-done = The mailbox is no longer muted.
labels-title = Labels of the team
labels-done = The labels are changed.
dispatches-title = Submissions, answers and notes
access-lacking = Some keys of today’s team cannot open everything in this mailbox. Somebody whose key opens it can pass it on, with sourdine reseal:
access-former = Some keys that are no longer in the team can still open a part of this mailbox, where somebody has the files:
# $count (String) - submissions, answers and notes
# $all (String) - all of them
access-closed = cannot open { $count } of { $all }
# $count (String) - submissions, answers and notes
# $all (String) - all of them
access-opens = opens { $count } of { $all }
dispatches-none = Nothing is left here.
# $count (Number) - submissions
dispatches-all-unread = { $count ->
    [one] Download new
   *[other] Download new ({ $count })
}
# $date (String) - a day
dispatch-submission = From the source, { $date }
# $date (String) - a day
dispatch-reply = Answer of your team, { $date }
# $date (String) - a day
dispatch-note = Note for your team, { $date }
dispatch-new = new
# $who (String) - name of an editor
dispatch-sent-by = Sent by { $who }
# $who (String) - name of an editor
dispatch-note-by = By { $who }
dispatch-sent-by-operator = Delivered by the operator of this site
# $date (String) - a day
# $who (String) - name of an editor
dispatch-fetched = Downloaded by { $who }, { $date }
# $date (String) - a day
dispatch-exported = Exported by the operator of this site, { $date }
# $date (String) - a day
dispatch-kept = Kept at least until { $date }
dispatch-pick = Select
# $size (String) - a size
dispatch-manifest = Download the message and the list of files only ({ $size })
dispatches-get = Download selected
dispatches-fetched = Mark as downloaded
dispatches-fetched-hint = The two “Mark” buttons change what counts as downloaded by you and download nothing. If a download was lost, mark the submission as not downloaded. If you do not, it is deleted on its date, unread.
# $count (Number) - submissions
dispatches-fetched-done = { $count ->
    [one] One submission or note counts as downloaded by you.
   *[other] { $count } submissions and notes count as downloaded by you.
}
dispatches-unfetched = Mark as not downloaded
# $count (Number) - submissions
dispatches-unfetched-done = { $count ->
    [one] One submission or note counts as not downloaded by you.
   *[other] { $count } submissions and notes count as not downloaded by you.
}
dispatches-none-picked = You selected nothing that this changes. Select submissions or notes first.
# $date (String) - a day
desk-delete-title = Delete the submission of { $date } for the whole team?
# $date (String) - a day
desk-delete-reply-title = Delete the answer of { $date } for the whole team?
# $date (String) - a day
desk-delete-note-title = Delete the note of { $date } for the whole team?
desk-delete-text = The submission and its files are deleted here. Nobody can download them any more. Copies that were downloaded remain. This is final.
desk-delete-unfetched = Nobody has downloaded this yet. The submission and its files are lost. This is final.
desk-delete-reply-text = The answer and its files are deleted here. If the source has not read it, the source never will. This is final.
desk-delete-note-text = The note and its files are deleted here. Nobody can download them any more. Copies that were downloaded remain. This is final.
desk-delete-done = It is deleted.
erase-mailbox-title = Delete the mailbox
erase-mailbox-hint = This deletes every submission, answer and note, for the whole team and for the source.
erase-mailbox = Delete the mailbox
# $name (String) - a mailbox
erase-mailbox-question = Delete the mailbox { $name } for the whole team?
# $count (Number) - dispatches
# $unread (Number) - of them, submissions nobody has fetched
erase-mailbox-text = { $count ->
    [one] One submission, answer or note is deleted here.
   *[other] { $count } submissions, answers and notes are deleted here.
} { $unread ->
    [0] Every submission was downloaded by somebody.
    [one] Nobody has downloaded one of the submissions.
   *[other] Nobody has downloaded { $unread } of the submissions.
} The source finds nothing of your team any more. This is final.
erase-mailbox-done = The mailbox is deleted.

## Desk: answering

reply-title = Answer
reply-hint = Your answer is encrypted on this server as it arrives, for the source and your team. It is safer to seal it on your own machine without a network, then to upload it.
# $file (String) - a size
# $dispatch (String) - a size
reply-files-hint = You can choose several files: { $file } each, { $dispatch } together. Keep this page open while they are sent. If the connection breaks, nothing is sent; send it again.
reply-alone = This mailbox is from before its source had a post-quantum key. Your answer is encrypted to the source’s classic key alone: your team cannot open it again. Keep a copy of your own if you need one.
reply-send = Send the answer
reply-offline = Did you seal the answer offline?
reply-sent = The answer is sent. The source can read it with the code.
# $limit (String) - a size
reply-too-large = The files together are larger than { $limit }. Nothing was sent. Choose fewer files, then send the others in the same way.
# $limit (Number) - files
reply-too-many = There are more than { $limit } files. Nothing was sent. Put them into one archive, or choose fewer files, then send the others in the same way.
reply-no-room = The server has no room for this. Nothing was sent. Tell the operator of this site, or delete what is no longer needed. Your text is still below; choose the files again.
note-title = Note for your team
note-hint = For what your colleagues should know about this mailbox. The source neither sees a note nor learns that there is one.
note-open = Write a note for your team
note-how = Your note is encrypted on this server as it arrives, for your team alone. It is safer to seal it on your own machine without a network, with “sourdine reply --note”, then to upload it.
note-send = Store the note
note-offline = Did you seal the note offline?
note-sent = The note is stored. It is new to the other editors of your team.
deliver-title = Upload a sealed reply or note
deliver-hint = For answers and notes that “sourdine reply” sealed on your own machine.
deliver-open = Upload a sealed reply or note
deliver-text = “sourdine read” puts sealed answers and notes into the folder outbox of your archive; “sourdine reply” makes one by a command. You may upload them all at once. The server checks the mailbox and the number of keys. It cannot read the answer or the note.
deliver-team = Which team answers?
deliver-bundle = The bundle: choose all its volumes together
deliver-send = Upload
deliver-done = the answer is sent
deliver-before = this answer was sent before
deliver-note-done = the note is stored for your team
deliver-note-before = this note was stored before
deliver-unpadded = Part of it is not padded: its stored size shows the exact size. “sourdine reply” pads.
deliver-damaged = This file is not a bundle, or it is damaged. Nothing was sent. Make the bundle again, then upload it.
deliver-cut = The end of this bundle is missing. Nothing was sent. Copy it or make it again, then upload it.
deliver-packed = This is an archive around the bundle, or one file of it. Nothing was sent. Unpack it, then upload the .tar that “sourdine reply” wrote.
# $folder (String) - a folder in the bundle
deliver-folder = This bundle was unpacked and packed again in the folder “{ $folder }”. Nothing was sent. Upload the .tar that “sourdine reply” wrote.
# $name (String) - a mailbox
deliver-no-mailbox = { $name }: this team has no mailbox of this name. Nothing was sent. The mailbox may be deleted, or the bundle is for another team or another site.
# $place (String) - mailbox and dispatch
deliver-structure = { $place }: manifest.json.age is missing, or the files are not numbered 0001, 0002 and so on. Nothing was sent. Make the bundle again with “sourdine reply”.
# $place (String) - path in the bundle
deliver-not-sealed = { $place } is not encrypted with age, or it is damaged. Nothing was sent. Make the bundle again with “sourdine reply”.
# $place (String) - path in the bundle
# $found (Number) - keys
# $expected (Number) - keys
deliver-keys = { $place } is encrypted to { $found } keys; { $expected } are expected: the source’s and those of your team. Nothing was sent. Make the bundle again with “sourdine reply”, or encrypt it to exactly these keys.
# $place (String) - path in the bundle
deliver-kind = { $place } is encrypted to keys of another kind (classic or post-quantum) than is expected, or to both kinds. Nothing was sent. Make the bundle again with “sourdine reply” or “sourdine reply --note”.
# $place (String) - path in the bundle
# $found (Number) - keys
# $expected (Number) - keys
deliver-note-keys = { $place } is encrypted to { $found } keys; for a note { $expected } are expected: those of your team, without the source’s. Nothing was sent. Make the bundle again with “sourdine reply --note”, or encrypt it to exactly these keys.
# $place (String) - path in the bundle
# $found (Number) - keys
# $expected (Number) - keys
deliver-note-as-reply = { $place } is named as a note, but it is encrypted to { $found } keys, as an answer is. { $expected } are expected: those of your team alone. Nothing was sent. Make the bundle again: a note with “sourdine reply --note”, an answer with “sourdine reply”.
# $place (String) - path in the bundle
# $found (Number) - keys
# $expected (Number) - keys
deliver-reply-as-note = { $place } is named as an answer, but is not encrypted to the source (keys: { $found }, expected: { $expected }). It may be a bundle that was downloaded here. Nothing was sent. Upload a file from the folder outbox, or the bundle that “sourdine reply” wrote.
# $place (String)
deliver-long-message = { $place }: the message is too long. Nothing was sent. Put the text into a file and attach the file.
deliver-too-large = The bundle is larger than one answer or note may be. Nothing was sent. Upload fewer at once.
deliver-no-room = The server has no room for all of this. Part of it may be sent: look into the mailboxes. Upload the same bundle again later; nothing is sent twice.

## Desk: downloads

download-title = Your bundle
# $count (Number) - dispatches
# $size (String) - a size
download-holds = { $count ->
    [one] One submission, answer or note
   *[other] { $count } submissions, answers and notes
}, { $size }
download-volumes = The bundle has several volumes, each small enough for a USB stick. The first one starts by itself; start the others from here. Each volume opens on its own.
download-counted-title = What counts as downloaded
# $count (Number) - submissions that count
# $all (Number) - submissions of the bundle
download-counted = { $count ->
    [0] The download starts by itself. When it is done, update this page: nothing of this bundle counts as downloaded by you yet.
    [one] { $count } of { $all } submissions and notes counts as downloaded by you.
   *[other] { $count } of { $all } submissions and notes count as downloaded by you.
}
download-counted-all = Everything in this bundle counts as downloaded by you.
download-counted-look = Update this page
download-counted-hint = A submission or note counts as downloaded once all its volumes were downloaded to the end. If the count is wrong, correct it here.
download-broken-title = If the download stops
# $date (String) - a day
download-broken = Let your browser resume the download, or open this page again and press the name of the volume. This page stays until { $date }. If you are signed out, sign in first. If something in the bundle is deleted meanwhile, this page offers a new bundle with the rest.
download-open-title = Open the bundle
download-open = Carry the bundle to the machine that holds your key and never goes online. Run this command there: the same archive grows with each bundle. “sourdine read archive -i key.txt” shows it in a browser. README.txt in the bundle says how to do it with age alone.
download-answer-title = Answer offline
download-answer = Write your answer into a text file named after the mailbox. Run the command of that mailbox, then upload the bundle that it wrote.
download-done = Mark all as downloaded
download-undone = Mark all as not downloaded
download-nothing = There is nothing new.
# $count (Number) - dispatches of a list
download-more = One bundle holds at most { $count } submissions. When you have downloaded this one, press the button again for the rest.
# $count (Number) - dispatches
download-damaged = { $count ->
    [one] One submission, answer or note is damaged on the server and was left out. Tell the operator of this site: a backup may hold it.
   *[other] { $count } submissions, answers and notes are damaged on the server and were left out. Tell the operator of this site: a backup may hold them.
}
changed-title = This bundle has changed
changed-text = Something in it was deleted or has expired. A download that had begun cannot go on.
# $count (Number) - dispatches
changed-again = Prepare a new bundle with the rest ({ $count })
desk-error-cut = The connection broke. Nothing was sent. Send it again.
desk-error-cut-title = Not sent

## Desk: every page

desk-rooms = Desk
desk-inbox = Inbox
desk-journal = Journal
desk-account = Account
desk-sign-out = Sign out
desk-footer = This desk is for editors only. One cookie keeps you signed in, and no script runs. What is here opens only with your own key.
desk-loopback = This page did not come over an onion address. Use it for trying only.
desk-back = Back to the inbox
desk-operator = The operator

## Desk: signing in

desk-sign-in-title = Sign in
desk-sign-in = Sign in
desk-sign-in-again = Sign in in another tab
desk-name = Name
desk-passphrase = Passphrase
desk-code = Code of your device
desk-code-hint = Six digits that change every thirty seconds.
desk-sign-in-hint = The operator of this site makes the accounts. Ask there if your passphrase or your device is lost.

## Desk: what can go wrong

desk-signed-out-title = Your session has ended
desk-signed-out = Nothing was done. A session ends after half an hour without a click, or after eight hours. Sign in in another tab, then do this again there.
desk-other-session-title = Not done
desk-other-session = This form is older than your session, or another site made it. Nothing was done. Open the page again, then repeat.
desk-kept = Your text: copy it from here
desk-error-form = This is not a form of this site. Nothing was done. Open the page again.
desk-error-slow = This took too long. It may be done all the same: look first, then repeat.
desk-relayed = This page reaches you through a relay on the open web (tor2web, for example). The relay sees everything you read and type. Use Tor Browser and the address that ends in “.onion”.
desk-host = This name does not belong to this site. Somebody may stand between you and us. Type nothing here. Ask the operator of this site for the address.
desk-error-busy = Too many requests at once. Wait a minute, then try again.
desk-error-not-found = Nothing at this address is for you. The address may be mistyped, or the page was deleted.
desk-error-internal = The fault is ours. Try again later, or tell the operator of this site.

## Desk: signing in that did not work

desk-wrong = Wrong name, passphrase or code. A code works once, for about a minute: wait for the next one, then try again. After several wrong codes an account must wait between tries, up to an hour.
desk-sign-in-busy = Too many sign-ins at once. No account is locked. Wait ten seconds, then try again with a new code.
desk-no-cookie = Your browser did not keep this site’s cookie. Without it you cannot stay signed in. Use Tor Browser (in another Firefox, set dom.securecontext.allowlist_onions to true in about:config). Allow cookies, then try again with a new code.

## Desk: account

desk-account-title = Your account
# $name (String) - name of the account
desk-account-name = You are signed in as { $name }.
desk-account-teams = Your teams:
desk-keys-title = Keys of your teams
desk-keys-hint = Fingerprints of the keys that everything new is encrypted to, and one for all of them together. The first page for sources shows the same ones. Compare them with a colleague on the phone.
desk-passphrase-title = Change your passphrase
desk-passphrase-new = New passphrase
desk-passphrase-new-hint = These seven words were chosen at random for you: write them down. Or type your own, of at least twenty characters.
desk-passphrase-old = Present passphrase
desk-passphrase-change = Change the passphrase
desk-passphrase-done = Your passphrase is changed. Your other sessions have ended.
desk-passphrase-short = The new passphrase is too short: it needs at least twenty characters. Nothing was changed.
desk-passphrase-long = The new passphrase is too long: it may have at most two hundred characters. Nothing was changed.
desk-change-wrong = Wrong present passphrase, or wrong code of the present device. Nothing was changed. A code works once: wait for the next one, then try again. After several wrong codes an account must wait between tries, up to an hour.
desk-device-heading = Device for codes
desk-device-hint = An app on this device shows the six digits for signing in. To move to another device, have both at hand.
desk-device-change = Use another device
desk-device-scan = Scan this with the app of the new device. If you open this page again, it shows another secret.
desk-device-picture = QR code of the secret that stands below as text
desk-device-text = Or type this by hand:
desk-device-new-code = Code of the new device
desk-device-old-code = Code of the present device
desk-device-old-hint = Wait for a new code: the one you signed in with is used up. If you no longer have the present device, ask the operator of this site for a new login.
desk-device-confirm = Use the new device
desk-device-back = Keep the present device
desk-device-done = The new device is in use. The old one no longer works. Your other sessions have ended.
desk-device-wrong = Wrong code of the new device. Nothing was changed. Compare the app with this page, check the clock of the device, then try again.
desk-feed-heading = Feed
desk-feed-hint = A feed reader that uses Tor tells you that something new waits, and since which day. Everybody who has the address can read that, and nothing more. The address ends when you change your passphrase or device, get a new login or sign out everywhere.
desk-feed-is = Your feed has an address.
desk-feed-none = Your feed has no address yet.
desk-feed-make = Make a new address
desk-feed-revoke = Revoke the address
desk-feed-revoked = The address of your feed is revoked.
desk-feed-new = The address of your feed
desk-feed-once = This address is shown only once: copy it into your feed reader now. Earlier addresses no longer work.
desk-everywhere = Sign out everywhere
desk-everywhere-hint = This ends all your sessions, this one too. Use it when another machine may still be signed in.

## Desk: feed

desk-feed-expires = A submission that nobody has downloaded will be deleted
# $date (String) - a day
desk-feed-expires-on = Kept until { $date }
desk-feed-title = Editors’ desk
desk-feed-waits = Something new waits
# $date (String) - a day
desk-feed-since = Day of the newest: { $date }

## Desk: journal

desk-journal-title = Journal
desk-journal-hint = What was done in your teams, the latest first. Lines are kept for 90 days; those about a mailbox go with it. What somebody repeats on one day has one line.
desk-journal-empty = The journal is empty.
desk-journal-more = Earlier lines are not shown.
# $who (String) - name of an account, or "operator"
did-sign-in = { $who } signed in
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-fetch = { $who } downloaded submissions or notes of { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-reply = { $who } answered { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-note = { $who } wrote a note on { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-delete-dispatch = { $who } deleted a submission, an answer or a note of { $what }
# $what (String) - designation of a mailbox
# $who (String) - name of an account, or "operator"
did-delete-mailbox = { $who } deleted the mailbox { $what }
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-add = { $who } made the account { $what }
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-reset = { $who } gave the account { $what } a new login
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-remove = { $who } deleted the account { $what }
# $who (String) - name of an account, or "operator"
did-change-passphrase = { $who } changed the passphrase
# $who (String) - name of an account, or "operator"
did-change-device = { $who } changed the device
# $who (String) - name of an account, or "operator"
did-sign-out-everywhere = { $who } signed out everywhere
# $who (String) - name of an account, or "operator"
did-make-feed = { $who } made an address for the feed
# $who (String) - name of an account, or "operator"
did-revoke-feed = { $who } revoked the address of the feed
# $what (String) - name of an account
# $who (String) - name of an account, or "operator"
did-change-teams = { $who } changed the teams of { $what }
# $who (String) - name of an account, or "operator"
did-wrong-codes = Somebody tried wrong codes with the right passphrase of { $who }

## Reading room, and the pages of an archive

room-title = Reading room
room-mailboxes = Mailboxes
room-footer = These pages stay on this machine. They load nothing and run no scripts. Keep the archive on an encrypted medium.
room-empty = No mailbox is in this archive yet. Open a bundle first.
room-unencrypted = The disk of this archive does not look encrypted. Whoever takes it can read everything here. Move the archive to an encrypted stick or disk.
room-static = To search, to answer or to open the next bundle without a terminal, run “sourdine read” on this archive.
room-back = All mailboxes
# $count (Number) - dispatches
room-new = { $count ->
    [one] { $count } new
   *[other] { $count } new
}
room-waiting = waiting for an answer
room-outbox = answer sealed
room-answered = answered
room-outbox-text = This is encrypted and waits to be uploaded at the desk:
# $count (Number) - submissions
room-sent = { $count ->
    [one] { $count } submission
   *[other] { $count } submissions
}
# $count (Number) - answers
room-answers = { $count ->
    [one] { $count } answer
   *[other] { $count } answers
}
room-files = Files
room-save = Save a copy
room-exact = “_” stands here for control characters. The exact text is in manifest.json.
room-damaged = This folder of the archive cannot be read. Open its bundle again into a new archive.
room-fault-missing = Not here: the bundle did not hold this file. Open every volume of the bundle.
room-fault-added = Not here: somebody added this file to the bundle. Tell your team.
room-fault-altered = Not here: this file was altered or does not open. Download it once more.
room-fault-unwritten = Not here: this file could not be written. Make room, then open the bundle again.
room-layer = The source encrypted this file. It is opened here, its origin is unproven:
room-left-other-key = The source encrypted this file to another key, or with a passphrase. It stays closed.
room-left-known = The source encrypted this file, and the same bytes stand elsewhere in the bundle. It stays closed.
room-left-closed = The source encrypted this file. It stays closed.
room-search-label = Search messages, answers, file names and your notes
room-search-do = Search
room-search-title = Results
# $words (String) - what was searched
room-search-for = Searched for: { $words }
room-search-none = Nothing was found. Search does not look inside documents.
# $count (Number) - places shown
room-search-more = Only the first { $count } places are shown. Search for more words.
room-in-message = in a message
room-in-answer = in an answer to a question
room-in-file = in a file name
room-in-notes = in your notes
room-open-title = Open a bundle
room-open-label = Choose the bundle, all its volumes
room-open-hint = The .tar files from the desk. They are added to this archive.
room-open-do = Open
room-opening = Bundles are being opened. This page shows what came of it.
room-opened-title = The bundle was opened
room-refused-title = The bundle was not opened
# $count (Number) - dispatches
room-opened-added = { $count ->
    [one] { $count } submission or answer was added.
   *[other] { $count } submissions or answers were added.
}
# $count (Number) - dispatches
room-opened-here = { $count ->
    [one] { $count } was already here.
   *[other] { $count } were already here.
}
# $count (Number) - files
room-opened-missing = { $count ->
    [one] { $count } file is missing or was altered. Its mailbox says why.
   *[other] { $count } files are missing or were altered. Their mailboxes say why.
}
room-opened-closed = These stayed closed:
room-closed-key = It is not encrypted to your key. Ask who in your team can open it.
room-closed-altered = It was altered or cut. Download it once more.
room-closed-missing = Its list of contents is missing. Choose every volume.
room-closed-elsewhere = It was moved in the bundle, perhaps to mislead you. Tell your team.
room-closed-plugin = This key needs a program of its own (an age plugin), and the reading room starts no program. Open this bundle with “sourdine open”.
room-closed-newer = It was made by a newer version of Sourdine. Use that version.
room-closed-keys = The keys are not the ones seen first, and somebody may be reading along. Read “The address book” in the editors’ guide. If you know why they changed, open the bundle with “sourdine open” and --accept-changed-keys.
room-closed-other = The archive holds something else under this name. Nothing was changed. Tell your team.
room-closed-unwritten = It could not be written here.
room-bundle-none = Choose at least one bundle.
room-bundle-bad = This file is not a bundle from the desk, or it is damaged. Nothing was added. Choose another, or download it again.
room-bundle-cut = The end of a bundle is missing. Nothing was added. Copy it or download it again.
room-bundle-packed = This is an archive around the bundle, or one file of it. Nothing was added. Unpack it, then choose the .tar.
room-reply-title = Answer
room-reply-hint = The answer is encrypted here, to the source and to your team. Then you upload it at the desk.
room-reply-files = The source gets the names of files, and whatever they hold.
room-reply-do = Encrypt the answer
room-reply-empty = Write a message or choose a file.
room-reply-long = The message is too long. Attach it as a file.
room-reply-none = Nothing in this mailbox says to which key an answer goes. It cannot be answered.
room-sealed-title = Encrypted, to be uploaded
room-sealed-text = The file to carry:
room-sealed-alone = This mailbox is from before its source had a post-quantum key. The answer is encrypted to the source’s classic key alone: your team cannot open it again.
room-sealed-next = Copy this file to the stick. At the desk, choose “Upload a sealed reply or note”. To keep in this archive what you wrote, tick it afterwards in the mailbox at the desk, then “Download selected”. When it comes back in a bundle, you can delete the file.
room-notes-title = Private notes
room-notes-label = Your notes on this mailbox
room-notes-hint = They stay in this archive as plain text, in notes.txt. They are never sent.
room-notes-do = Save the notes
room-notes-saved = The notes are saved.
room-notes-long = The notes are too long. Shorten them.
room-end-title = Keep or delete
room-transcript = Save the conversation as text
# $date (String) - a day
room-delete-title = Delete this one item of { $date } from this archive?
# $name (String) - a mailbox
room-delete-mailbox-title = Delete the mailbox { $name } from this archive?
room-delete-text = Messages and files go from this archive; the desk keeps its copies until their day. On a stick or an SSD, deleted files may be found again: only encryption helps.
room-deleted = It is deleted from this archive.
room-problem-title = This did not work
room-problem-address = There is no such page. Open the address that “sourdine read” printed.
room-problem-foreign = This request came from another page. Nothing was done.
room-problem-form = The form did not arrive whole. Send it again.
room-problem-busy = Another program is writing to this archive. Wait until it has ended, then send the form again.
room-problem-full = The disk of the archive is full. Nothing was added. Make room, then send the form again.
room-problem-too-large = The disk of the archive takes no file as large as this one (FAT32 ends at 4 GiB). Nothing was added. Move the archive to another disk.
room-problem-read-only = The archive cannot be written to. Nothing was changed. Remove the write protection, or copy the archive.
room-problem-book = The address book beside your key cannot be read or written. Nothing was done.
room-problem-internal = Something failed here. Nothing in the archive was lost. Try again.
room-transcript-title = Conversation
room-transcript-source = Source
room-transcript-team = Team
# $who (String) - how an editor calls themselves
room-note-by = By { $who }. Nothing proves the name.
room-transcript-note = Note for the team
room-note-do = Encrypt the note
room-note-author = Your name, if your team is to see it
