// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <atomic>
#include <string>

namespace loci::cli {

/// What every verb has: results go to standard output, everything meant for a person to standard error.
class Console {
 public:
  bool json = false;   ///< --json: machine-readable results, nothing else on standard output
  bool quiet = false;  ///< --quiet: no progress and no notes
  /// An output is standard output itself: text for a person goes to standard error.
  bool text_to_stderr = false;

  /// One line of machine-readable result.
  void result_json(const std::string& line) const;
  /// Text of a result for a person; nothing with --json.
  void result(const std::string& text) const;
  /// A note for a person.
  void note(const std::string& text);
  void error(const Status& status);
  /// Io when something could not be written to standard output (a full disk, a closed descriptor). A reader that went
  /// away, such as `head`, has what it wanted and is no failure.
  static Status standard_output();

  /// Progress as a bar on a terminal and as a line every few seconds elsewhere; Ctrl-C sets its `cancel`.
  JobControl job();

 private:
  void show(const Progress& progress);
  void clear_bar();
  std::string task_;
  Stopwatch since_start_, since_shown_;
  int64_t done_at_start_ = 0;
  bool bar_shown_ = false;
};

/// Keeps descriptors 0 to 2 from being given to files where the caller closed them: what is printed would go there.
void guard_standard_descriptors();

/// The first Ctrl-C or SIGTERM sets the flag of `Console::job()`; the second ends the program at once.
void install_signal_handlers();

}  // namespace loci::cli
