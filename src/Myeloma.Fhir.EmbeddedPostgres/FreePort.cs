using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>A loopback port that is free now, for systems without unix sockets.</summary>
internal static class FreePort
{
    public static string Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
