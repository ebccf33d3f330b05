using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>A name of a path. It remembers what it led to last: at one place of an expression that is nearly always the same type.</summary>
internal sealed class PathStep(string name)
{
    private ElementStep? last;

    public string Name => name;

    /// <returns>Null when the type has no such element.</returns>
    public ElementStep? On(TypeSchema type)
    {
        var remembered = last;
        if (remembered is not null && ReferenceEquals(remembered.Type, type)) return remembered;
        var step = type.FindStep(name);
        if (step is not null) last = step;
        return step;
    }
}
