using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>What <c>postmaster.pid</c> says of a running PostgreSQL, and whether that is true.</summary>
/// <remarks>The file's lines: process id, data folder, start time, port, socket folder, listen address, shared memory, status.</remarks>
internal sealed record Postmaster(int ProcessId, long StartTime, int Port, string SocketFolder, string Status)
{
    /// <returns>Null when there is no such file, or not even its process id is written yet.</returns>
    public static Postmaster? TryRead(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var lines = new StreamReader(stream).ReadToEnd().Split('\n');
            if (!int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var processId))
                return null;

            // A server started in single-user mode writes a negative id.
            return new Postmaster(
                Math.Abs(processId),
                long.TryParse(Line(2), CultureInfo.InvariantCulture, out var time) ? time : 0,
                int.TryParse(Line(3), CultureInfo.InvariantCulture, out var port) ? port : 0,
                Line(4),
                Line(7));

            string Line(int index) => index < lines.Length ? lines[index].Trim() : string.Empty;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public bool IsReady => Status == "ready";

    /// <summary>
    /// True when the process lives and is a PostgreSQL of that data folder. After a restart of the machine or the container the id may
    /// belong to some other program, which is why being alive isn't enough.
    /// </summary>
    public bool IsRunningIn(string dataFolder) => PostgresProcesses.IsPostmasterOf(ProcessId, dataFolder);

    /// <summary>
    /// Asks whether a PostgreSQL answers at the address: a request for encryption is answered with one byte, <c>S</c> or <c>N</c>, before
    /// anybody logs in. https://www.postgresql.org/docs/current/protocol-flow.html
    /// </summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        EndPoint address = SocketFolder.Length > 0
            ? new UnixDomainSocketEndPoint(Path.Combine(SocketFolder, $".s.PGSQL.{Port}"))
            : new IPEndPoint(IPAddress.Loopback, Port);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(address, timeout.Token);
            await socket.SendAsync(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47 }, timeout.Token);
            var answer = new byte[1];
            return await socket.ReceiveAsync(answer, timeout.Token) == 1 && answer[0] is (byte)'S' or (byte)'N';
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
