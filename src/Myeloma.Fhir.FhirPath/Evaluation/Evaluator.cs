using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>A compiled node of an expression; immutable but for memos, shared by threads.</summary>
internal abstract class Evaluator
{
    /// <param name="focus"><c>$this</c>: what a path without a target starts from.</param>
    public abstract Collection Evaluate(Frame frame, Collection focus);
}

/// <summary>A literal, or <c>{}</c>.</summary>
internal sealed class ConstantEvaluator(Collection value) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus) => value;
}

/// <summary><c>$this</c>.</summary>
internal sealed class ThisEvaluator : Evaluator
{
    public static readonly ThisEvaluator Instance = new();

    public override Collection Evaluate(Frame frame, Collection focus) => focus;
}

/// <summary><c>$index</c> and <c>$total</c>.</summary>
internal sealed class LambdaVariableEvaluator(SpecialVariable kind) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus) => kind == SpecialVariable.Total
        ? frame.Total ?? Collection.Empty
        : frame.Index is { } index ? Collection.Of(index) : Collection.Empty;
}

/// <summary><c>%name</c>. https://hl7.org/fhir/R4/fhirpath.html#variables</summary>
internal sealed class VariableEvaluator(string name, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        if (frame.Context.Variables.TryGetValue(name, out var value)) return value;
        return name switch
        {
            "context" => frame.Root,
            "resource" => frame.Resource is { } resource ? Collection.Of(resource) : Collection.Empty,
            "rootResource" => frame.RootResource is { } root ? Collection.Of(root) : Collection.Empty,
            "ucum" => Collection.Of(ElementValues.Ucum),
            "sct" => Collection.Of("http://snomed.info/sct"),
            "loinc" => Collection.Of("http://loinc.org"),
            _ when name.StartsWith("vs-", StringComparison.Ordinal) => Collection.Of("http://hl7.org/fhir/ValueSet/" + name[3..]),
            _ when name.StartsWith("ext-", StringComparison.Ordinal) => Collection.Of("http://hl7.org/fhir/StructureDefinition/" + name[4..]),
            _ => throw site.Fault($"the variable %{name} is not defined."),
        };
    }
}

/// <summary>A name without a target that may be the type of <c>$this</c>: <c>Patient</c> in <c>Patient.name</c>.</summary>
internal sealed class TypeRootEvaluator(string name, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        if (focus.Count == 1 && focus[0] is { IsElement: true } single)
        {
            if (single.Element.Type.IsA(name)) return focus;
            if (single.Element.Property is null && single.Element.Document.Schema.FindType(name) is not null) return Collection.Empty;
        }

        var result = default(CollectionBuilder);
        foreach (var item in focus)
        {
            if (item.IsElement && item.Element.Type.IsA(name)) result.Add(item);
            else PathEvaluator.Walk(frame, item, [name], 0, site, ref result);
        }

        return result.ToCollection();
    }
}

/// <summary>Steps <c>a.b.c</c> in one walk, without collections in between.</summary>
internal sealed class PathEvaluator(Evaluator source, string[] names, Site site) : Evaluator
{
    public Evaluator Source => source;

    public string[] Names => names;

    public override Collection Evaluate(Frame frame, Collection focus)
    {
        var start = source.Evaluate(frame, focus);
        if (start.Count == 0) return start;
        var result = default(CollectionBuilder);
        foreach (var item in start) Walk(frame, item, names, 0, site, ref result);
        return result.ToCollection();
    }

    internal static void Walk(Frame frame, Item item, string[] names, int step, Site site, ref CollectionBuilder result)
    {
        frame.Step();
        if (!item.IsElement)
        {
            WalkValue(frame, item.Value!, names, step, site, ref result);
            return;
        }

        var name = names[step];
        var element = item.Element;
        if (frame.Context.RefuseUnknownElements && !HasElement(element, name))
            throw site.Fault($"{element.Type.Name} has no element '{name}'.");
        foreach (var child in element.Children(name))
        {
            if (step == names.Length - 1) result.Add(new Item(child));
            else Walk(frame, new Item(child), names, step + 1, site, ref result);
        }
    }

    private static bool HasElement(Element element, string name) => element.Type.FindElement(name) is not null;

    /// <summary>The parts of a computed Quantity or TypeInfo; other values have none.</summary>
    private static void WalkValue(Frame frame, SystemValue value, string[] names, int step, Site site, ref CollectionBuilder result)
    {
        SystemValue? part = (value, names[step]) switch
        {
            (SystemValue.Quantity quantity, "value") => new SystemValue.Decimal(quantity.Value),
            (SystemValue.Quantity quantity, "unit" or "code") => new SystemValue.String(quantity.Unit),
            (SystemValue.TypeInfo type, "namespace") => new SystemValue.String(type.Namespace),
            (SystemValue.TypeInfo type, "name") => new SystemValue.String(type.Name),
            _ => null,
        };
        if (part is null) return;
        if (step == names.Length - 1) result.Add(new Item(part));
        else Walk(frame, new Item(part), names, step + 1, site, ref result);
    }
}

/// <summary><c>target[index]</c>: the item at the zero-based place; Empty outside. https://hl7.org/fhirpath/N1/#index-integer-collection</summary>
internal sealed class IndexerEvaluator(Evaluator target, Evaluator index, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, Collection focus)
    {
        frame.Step();
        var items = target.Evaluate(frame, focus);
        if (index.Evaluate(frame, focus).SingleInteger(site) is not { } place || place < 0 || place >= items.Count) return Collection.Empty;
        return items.Count == 1 ? items : Collection.Of(items[place]);
    }
}

/// <summary>A function call: target, function, arguments.</summary>
internal sealed class CallEvaluator(Evaluator target, Functions.FunctionEntry function, Evaluator[] arguments, bool[] isDescending, Site site) : Evaluator
{
    public Evaluator[] Arguments => arguments;

    public Site Site => site;

    /// <summary>For sort(): which keys are written with a minus.</summary>
    public bool[] IsDescending => isDescending;

    /// <summary>Read and written whole: threads may overwrite each other's, never mix.</summary>
    public RegexMemo? LastRegex { get; set; }

    public override Collection Evaluate(Frame frame, Collection focus)
    {
        frame.Step();
        return function.Invoke(target.Evaluate(frame, focus), new Arguments(frame, this, focus));
    }
}
