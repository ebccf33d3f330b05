using Xunit;

namespace Myeloma.Fhir.Server.Tests.Clients;

/// <summary>A fact that needs <see cref="NodeClients"/>; reported as skipped, with the reason, where they can't be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeClients.Reason;
}

/// <summary>A theory that needs <see cref="NodeClients"/>; reported as skipped, with the reason, where they can't be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = NodeClients.Reason;
}
