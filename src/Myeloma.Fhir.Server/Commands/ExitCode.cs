namespace Myeloma.Fhir.Server.Commands;

/// <summary>What the process tells scripts.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>A document or resource can't be taken; nothing was changed.</summary>
    public const int InputFault = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Usage = 2;

    /// <summary>PostgreSQL or the named server can't be reached or started.</summary>
    public const int Unreachable = 3;
}
