using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>A name without a target that may be the type of <c>$this</c>: <c>Patient</c> in <c>Patient.name</c>.</summary>
internal sealed class TypeRootEvaluator(string name, Site site) : Evaluator
{
    private readonly PathStep[] steps = [new(name)];

    public override string? RootType => name;

    /// <summary>Whether a name that begins a path gives nothing for the root of a document: it is another type.</summary>
    public static bool IsForeign(string name, Element element) =>
        element.Property is null && !element.Type.IsA(name) && element.Document.Schema.FindType(name) is not null;

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        if (focus.Count == 1 && focus[0] is { IsElement: true } single && single.Element.Type.IsA(name)) return focus.ToCollection();
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        var isAlone = focus.Count == 1;
        for (var i = 0; i < focus.Count; i++)
        {
            var item = focus[i];
            if (item.IsElement && item.Element.Type.IsA(name))
            {
                result.Add(item);
                continue;
            }

            if (isAlone && item.IsElement && item.Element.Property is null && item.Element.Document.Schema.FindType(name) is not null) return;
            PathEvaluator.Walk(frame, item, steps, 0, site, ref result);
        }
    }
}

/// <summary>Steps <c>a.b.c</c> in one walk, without collections in between.</summary>
internal sealed class PathEvaluator(Evaluator source, PathStep[] steps, Site site) : Evaluator
{
    public override string? RootType => source.RootType;

    public Evaluator Source => source;

    public PathStep[] Steps => steps;

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        if (source is ThisEvaluator)
        {
            for (var i = 0; i < focus.Count; i++) Walk(frame, focus[i], steps, 0, site, ref result);
            return;
        }

        var start = default(CollectionBuilder);
        source.EvaluateInto(frame, focus, ref start);
        for (var i = 0; i < start.Count; i++) Walk(frame, start[i], steps, 0, site, ref result);
        start.Release();
    }

    internal static void Walk(Frame frame, in Item item, PathStep[] steps, int at, Site site, ref CollectionBuilder result)
    {
        frame.Step();
        if (!item.IsElement)
        {
            WalkValue(frame, item.Value!, steps, at, site, ref result);
            return;
        }

        var element = item.Element;
        if (steps[at].On(element.Type) is not { } step)
        {
            if (frame.Context.RefuseUnknownElements) throw Unknown(element.Type, steps[at].Name, site);
            return;
        }

        foreach (var child in element.Children(step))
        {
            if (at == steps.Length - 1) result.Add(new Item(child));
            else Walk(frame, new Item(child), steps, at + 1, site, ref result);
        }
    }

    private static FhirException Unknown(Model.Schema.TypeSchema type, string name, Site site) => site.Fault($"{type.Name} has no element '{name}'.");

    /// <summary>The parts of a computed Quantity or TypeInfo; other values have none.</summary>
    private static void WalkValue(Frame frame, SystemValue value, PathStep[] steps, int at, Site site, ref CollectionBuilder result)
    {
        SystemValue? part = (value, steps[at].Name) switch
        {
            (SystemValue.Quantity quantity, "value") => new SystemValue.Decimal(quantity.Value),
            (SystemValue.Quantity quantity, "unit" or "code") => new SystemValue.String(quantity.Unit),
            (SystemValue.TypeInfo type, "namespace") => new SystemValue.String(type.Namespace),
            (SystemValue.TypeInfo type, "name") => new SystemValue.String(type.Name),
            _ => null,
        };
        if (part is null) return;
        if (at == steps.Length - 1) result.Add(new Item(part));
        else Walk(frame, new Item(part), steps, at + 1, site, ref result);
    }
}
