using System.Runtime.InteropServices;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>Signals to a process on Unix, for which .NET has no call of its own.</summary>
internal static class Signal
{
    /// <summary>To PostgreSQL: end now, without a checkpoint.</summary>
    public const int Quit = 3;

    /// <returns>False when there is no such process or it is not ours to signal.</returns>
    public static bool Send(int processId, int signal) => Kill(processId, signal) == 0;

#pragma warning disable SYSLIB1054 // The generated marshalling would need unsafe code for two integers.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
#pragma warning restore SYSLIB1054
}
