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
drop-code-heading = 1. Write down this code
drop-code-hint = It is the only way back to read the answer. Copy it on paper: the first four letters of each word are enough. Nobody can give it to you again. Reloading this page changes it.
drop-code-kept = This is the code you already have.
drop-form-heading = 2. Write, attach, send
drop-team = Who should get it?
drop-message = Message
drop-message-hint = What these documents are, and what you know of them. Never write the code here.
drop-files = Files
# $file (String) - a size
# $dispatch (String) - a size
# $files (Number) - how many
drop-files-hint = Several at once if you like: up to { $files } files of { $file } each, { $dispatch } together. Send very large files one at a time: an upload that breaks must be started again.
drop-send = Send
drop-send-hint = Over Tor this can take long. Keep this page open until the receipt appears: before it, nothing has been sent.

## Receipt

receipt-title = Received
receipt-lead = What you sent is sealed and stored. Nobody, not even this server, can open it without the editors' keys.
receipt-code-heading = Your code
receipt-code-hint = This is the code of what you have just sent. If your paper says something else, correct it now.
receipt-content-heading = What arrived
receipt-message = Your message arrived too.
receipt-message-only = Your message arrived, without files.
receipt-hash = SHA-256
receipt-next-heading = What happens next
receipt-next-read = The editors fetch what you sent and open it on a machine without a network.
receipt-next-return = Come back in a few days with your code to read their answer.
receipt-next-leave = When you are done, leave, then choose “New Identity” in Tor Browser.
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
# $date (String) - a day
mailbox-reply-of = Answer of { $date }
mailbox-reply-unreadable = This answer was not sealed to your code, so it cannot be shown. Tell the editors with a new message.
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
mailbox-add = Add to it
mailbox-nothing-title = Nothing under this code yet
mailbox-nothing = No document has arrived under this code. If you have already sent something, compare each word with your paper. If not, you can send now, and this code will be the one to keep.
mailbox-try-again = Try another code

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
error-files-again = Choose your files again: a browser forgets them here.
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
error-dispatch-too-large = All files together are larger than { $limit }. Send them in several goes, with the same code.
# $limit (Number) - files
error-too-many-files = There are more than { $limit } files. Send them in several goes, with the same code, or put them in one archive.
error-full-title = No room
error-full = There is no room for this now. Send less, or come back later; your code stays valid.
error-busy-title = Too many at once
error-busy = Too many people are sending or asking at once. Wait a minute and try again.
error-empty = Write a message or choose a file.
# $limit (String) - a number of characters, written out
error-message-too-long = The message is longer than { $limit } characters. Shorten it, or attach it as a file.
error-message-has-code = The message contains your code. Whoever reads the message could open your mailbox. Take the code out of it and send again.
error-team = Choose who should get it.
error-ticket-old = This form was too old. Here is a new one with the same code.
error-code-ticket-old = This form was too old. Enter your code again.
error-ticket-foreign = This form was not made by this site, or it was changed on the way. Start again from the first page.
error-form-title = The form could not be read
error-form = What arrived is not the form of this site. Start again from the first page; if you already wrote a code down, choose “I have a code” there.
error-cut = The upload ended before it was complete, and nothing of it was kept. Choose “I have a code” on the first page, type the code you wrote down, and send again.
error-origin-title = Refused
error-origin = This request came from another site. Nothing was done. If you did not expect this, close that site.
error-not-found-title = There is no such page
error-not-found = The address may be mistyped.
error-no-file = There is no such file in your mailbox.
error-internal-title = Something failed here
error-internal = It is not your fault. Try again later; your code stays valid.

## The editors' side

desk-title = Not set up yet
desk-text = The editors' desk is not part of this version. Until it is, the operator uses “sourdine export” and “sourdine deliver”.
