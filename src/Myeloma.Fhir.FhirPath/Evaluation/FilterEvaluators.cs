using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>What where(), exists(), all() and select() have in common: an argument that is evaluated for each item of the target.</summary>
internal abstract class PerItemEvaluator(Evaluator target, Evaluator? argument, Site site) : Evaluator
{
    protected Evaluator Target => target;

    protected Evaluator? Argument => argument;

    /// <summary>Whether the argument holds with the item as <c>$this</c> and its place as <c>$index</c>.</summary>
    protected bool Holds(Frame frame, in Item item, int place)
    {
        var before = frame.Index;
        frame.Index = place;
        var holds = argument!.Holds(frame, new Focus(item), site) == true;
        frame.Index = before;
        return holds;
    }

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }
}

/// <summary><c>target.where(criteria)</c>: the items for which the criteria hold. https://hl7.org/fhirpath/N1/#wherecriteria-expression-collection</summary>
internal sealed class WhereEvaluator(Evaluator target, Evaluator criteria, Site site) : PerItemEvaluator(target, criteria, site)
{
    public override string? RootType => Target.RootType;

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        Target.EvaluateInto(frame, focus, ref items);
        for (var i = 0; i < items.Count; i++)
            if (Holds(frame, items[i], i)) result.Add(items[i]);
        items.Release();
    }
}

/// <summary><c>target.select(projection)</c>: what the projection gives for each item. https://hl7.org/fhirpath/N1/#selectprojection-expression-collection</summary>
internal sealed class SelectEvaluator(Evaluator target, Evaluator projection, Site site) : PerItemEvaluator(target, projection, site)
{
    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        Target.EvaluateInto(frame, focus, ref items);
        for (var i = 0; i < items.Count; i++)
        {
            var before = frame.Index;
            var count = result.Count;
            frame.Index = i;
            Argument!.EvaluateInto(frame, new Focus(items[i]), ref result);
            frame.Index = before;
            frame.Step(result.Count - count);
        }

        items.Release();
    }
}

/// <summary>A function that gives true or false whatever its input.</summary>
internal abstract class TestEvaluator(Evaluator target, Evaluator? argument, Site site) : PerItemEvaluator(target, argument, site)
{
    public override Collection Evaluate(Frame frame, in Focus focus) => Collection.Of(Test(frame, focus));

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result) =>
        result.Add((SystemValue)SystemValue.Boolean.Of(Test(frame, focus)));

    public override bool? Holds(Frame frame, in Focus focus, Site site) => Test(frame, focus);

    protected abstract bool Test(Frame frame, CollectionBuilder items);

    private bool Test(Frame frame, in Focus focus)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        Target.EvaluateInto(frame, focus, ref items);
        var result = Test(frame, items);
        items.Release();
        return result;
    }
}

/// <summary><c>exists([criteria])</c>: whether there is an item, one for which the criteria hold. https://hl7.org/fhirpath/N1/#existscriteria-expression-boolean</summary>
internal sealed class ExistsEvaluator(Evaluator target, Evaluator? criteria, Site site) : TestEvaluator(target, criteria, site)
{
    protected override bool Test(Frame frame, CollectionBuilder items)
    {
        if (Argument is null) return items.Count > 0;
        for (var i = 0; i < items.Count; i++)
            if (Holds(frame, items[i], i)) return true;
        return false;
    }
}

/// <summary><c>all(criteria)</c>: whether the criteria hold for every item; Empty does not hold. https://hl7.org/fhirpath/N1/#allcriteria-expression-boolean</summary>
internal sealed class AllEvaluator(Evaluator target, Evaluator criteria, Site site) : TestEvaluator(target, criteria, site)
{
    protected override bool Test(Frame frame, CollectionBuilder items)
    {
        for (var i = 0; i < items.Count; i++)
            if (!Holds(frame, items[i], i)) return false;
        return true;
    }
}

/// <summary><c>empty()</c>. https://hl7.org/fhirpath/N1/#empty-boolean</summary>
internal sealed class IsEmptyEvaluator(Evaluator target, Site site) : TestEvaluator(target, null, site)
{
    protected override bool Test(Frame frame, CollectionBuilder items) => items.Count == 0;
}

/// <summary><c>not()</c>: Empty for Empty. https://hl7.org/fhirpath/N1/#not-boolean</summary>
internal sealed class NotEvaluator(Evaluator target, Site own) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus) => Collection.Of(Holds(frame, focus, own));

    public override bool? Holds(Frame frame, in Focus focus, Site site)
    {
        frame.Step();
        return !target.Holds(frame, focus, own);
    }
}

/// <summary><c>count()</c>. https://hl7.org/fhirpath/N1/#count-integer</summary>
internal sealed class CountEvaluator(Evaluator target) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        target.EvaluateInto(frame, focus, ref items);
        var count = items.Count;
        items.Release();
        return Collection.Of(count);
    }
}

/// <summary><c>first()</c>. https://hl7.org/fhirpath/N1/#first-collection</summary>
internal sealed class FirstEvaluator(Evaluator target) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        target.EvaluateInto(frame, focus, ref items);
        if (items.Count > 0) result.Add(items[0]);
        items.Release();
    }
}
