// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include "loci/base/text.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace loci::cli {
namespace {

std::atomic<bool> cancel_requested{false};

void on_signal(int number) {
  if (cancel_requested.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

bool is_terminal() {
  static const bool terminal = ::isatty(STDERR_FILENO) != 0;
  return terminal;
}

/// What the first failed write to standard output said, 0 for none.
int output_error = 0;

void print(FILE* stream, const std::string& text) {
  const bool put = std::fputs(text.c_str(), stream) >= 0 && std::fputc('\n', stream) >= 0 &&
                   std::fflush(stream) == 0;
  if (!put && stream == stdout && output_error == 0) output_error = errno;
}

constexpr double kSecondsBetweenLines = 5;
constexpr double kSecondsBetweenBars = 0.1;
constexpr int kBarWidth = 28;

}  // namespace

void install_signal_handlers() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

void Console::result_json(const std::string& line) const {
  if (json) print(stdout, line);
}

void Console::result(const std::string& text) const {
  if (!json) print(text_to_stderr ? stderr : stdout, text);
}

Status Console::standard_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno;
  if (output_error == 0 && (std::ferror(stdout) != 0 || !std::cout)) output_error = EIO;
  if (output_error == 0 || output_error == EPIPE) return {};
  return io_error("standard output: cannot be written", output_error);
}

void guard_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Read-only, so that writing to it still fails.
    (void)::open("/dev/null", O_RDONLY);
  }
}

void Console::clear_bar() {
  if (bar_shown_) std::fprintf(stderr, "\r\x1b[K");
  bar_shown_ = false;
}

void Console::note(const std::string& text) {
  if (quiet) return;
  clear_bar();
  std::fprintf(stderr, "%s\n", text.c_str());
}

void Console::error(const Status& status) {
  clear_bar();
  std::fprintf(stderr, "loci: %s\n", status.message().c_str());
}

JobControl Console::job() {
  return {.on_progress = [this](const Progress& progress) { show(progress); },
          .on_message = [this](const std::string& text) { note(text); },
          .cancel = &cancel_requested};
}

void Console::show(const Progress& progress) {
  if (quiet) return;
  if (progress.task != task_) {
    clear_bar();
    task_ = progress.task;
    since_start_ = since_shown_ = Stopwatch();
    done_at_start_ = progress.done;
  }
  const bool last = progress.total > 0 && progress.done >= progress.total;
  const double wait = is_terminal() ? kSecondsBetweenBars : kSecondsBetweenLines;
  if (!last && since_shown_.seconds() < wait) return;
  if (last && !bar_shown_ && since_start_.seconds() < wait)
    return;  // done before anybody could read it
  since_shown_ = Stopwatch();
  const double seconds = since_start_.seconds();
  const double rate =
      seconds > 0 ? static_cast<double>(progress.done - done_at_start_) / seconds : 0;
  std::string text =
      format("%s %lld", progress.task.c_str(), static_cast<long long>(progress.done));
  if (progress.total > 0) text += format("/%lld", static_cast<long long>(progress.total));
  if (rate > 0) text += format("  %.*f/s", rate < 10 ? 1 : 0, rate);
  if (rate > 0 && progress.total > progress.done) {
    text +=
        "  " + human_seconds(static_cast<double>(progress.total - progress.done) / rate) + " left";
  }
  if (!is_terminal()) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  std::string bar;
  if (progress.total > 0) {
    const auto filled = static_cast<int>(kBarWidth * progress.done / progress.total);
    for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    bar += ' ';
  }
  std::fprintf(stderr, "\r\x1b[K%s%s", bar.c_str(), text.c_str());
  bar_shown_ = true;
  if (last) {
    std::fprintf(stderr, "\n");
    bar_shown_ = false;
  }
}

}  // namespace loci::cli
