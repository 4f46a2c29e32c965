// What a daemon tells the service manager that started it.
#pragma once

namespace onc::daemon {

// That it serves, by the protocol of sd_notify(3); nothing where nobody asks to be told (NOTIFY_SOCKET).
void notify_ready();

}  // namespace onc::daemon
